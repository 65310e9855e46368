#include "base/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

namespace lambent::http {
namespace {

constexpr std::string_view kAlpn("\x08http/1.1", 9);

// "…: what OpenSSL says", which is not always plain.
Error tls_error(const std::string& what) {
    std::array<char, 256> text{};
    const unsigned long code = ERR_peek_last_error();
    ERR_error_string_n(code, text.data(), text.size());
    const char* const reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return Error(
        Code::kInvalidArgument,
        "tls",
        what + " (" + (reason != nullptr ? reason : text.data()) + ")"
    );
}

Result<void> check_readable(const std::string& what, const std::string& file) {
    std::ifstream stream(file);
    if (!stream || stream.peek() == std::ifstream::traits_type::eof()) {
        const std::string why = stream ? "it is empty" : std::strerror(errno);
        return Error(
            Code::kInvalidArgument, "tls", "cannot read the " + what + " " + file + ": " + why
        );
    }
    return {};
}

// An encrypted key would be asked for on the terminal.
int no_password(char* /*into*/, int /*size*/, int /*writes*/, void* /*data*/) {
    return 0;
}

int choose_protocol(
    SSL* /*session*/,
    const unsigned char** chosen,
    unsigned char* chosen_bytes,
    const unsigned char* offered,
    unsigned int offered_bytes,
    void* /*data*/
) {
    unsigned char* out = nullptr;
    const int result = SSL_select_next_proto(
        &out,
        chosen_bytes,
        reinterpret_cast<const unsigned char*>(kAlpn.data()),
        static_cast<unsigned int>(kAlpn.size()),
        offered,
        offered_bytes
    );
    *chosen = out;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string address_text(const ASN1_OCTET_STRING* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int size = ASN1_STRING_length(address);
    const int family = size == 4 ? AF_INET : AF_INET6;
    if (size != 4 && size != 16) {
        return "";
    }
    ::inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size());
    return text.data();
}

// "subjectAltName" of the certificate.
std::vector<std::string> names_of(SSL_CTX* context) {
    std::vector<std::string> names;
    X509* const certificate = SSL_CTX_get0_certificate(context);
    auto* const found = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)
    );
    for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(found, i);
        if (name->type == GEN_DNS) {
            const auto* const text =
                reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
            names.emplace_back(text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
        } else if (name->type == GEN_IPADD) {
            names.push_back(address_text(name->d.iPAddress));
        }
    }
    GENERAL_NAMES_free(found);
    return names;
}

void set_rules(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
    );
    SSL_CTX_set_mode(
        context,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
            SSL_MODE_RELEASE_BUFFERS
    );
    // A read that met something else than bytes, such as a key update, returns: the next one waits.
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_default_passwd_cb(context, no_password);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

TlsContext::TlsContext(std::unique_ptr<ssl_ctx_st, Free> context)
    : context_(std::move(context)), names_(names_of(context_.get())) {}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(
    const std::string& certificate_file, const std::string& key_file
) {
    LAMBENT_TRY(check_readable("certificate", certificate_file));
    LAMBENT_TRY(check_readable("key", key_file));
    ERR_clear_error();
    std::unique_ptr<ssl_ctx_st, Free> context(SSL_CTX_new(TLS_server_method()));
    if (context == nullptr) {
        return tls_error("TLS cannot be set up");
    }
    set_rules(context.get());
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
        return tls_error(certificate_file + " holds no certificate in PEM that can be used");
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        const bool is_other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
        return tls_error(
            is_other
                ? "the key " + key_file + " does not belong to the certificate " + certificate_file
                : key_file + " holds no private key in PEM that can be used without a password"
        );
    }
    if (SSL_CTX_check_private_key(context.get()) != 1) {
        return tls_error(
            "the key " + key_file + " does not belong to the certificate " + certificate_file
        );
    }
    return std::shared_ptr<const TlsContext>(new TlsContext(std::move(context)));
}

std::unique_ptr<TlsSession> TlsContext::accept(int socket) const {
    ssl_st* const session = SSL_new(context_.get());
    return session == nullptr ? nullptr : std::make_unique<TlsSession>(session, socket);
}

}  // namespace lambent::http
