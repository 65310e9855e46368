#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

namespace lambent::tests {

// A key and a certificate that it signed itself, as PEM files of a directory that outlives them.
class TlsFiles {
  public:
    explicit TlsFiles(const std::string& directory, const std::string& name = "tls")
        : certificate(directory + "/" + name + ".pem"), key(directory + "/" + name + ".key") {
        pair_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
        const std::unique_ptr<X509, Free> made(X509_new());
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
        X509_set_pubkey(made.get(), pair_.get());
        const std::unique_ptr<X509_EXTENSION, Free> names(X509V3_EXT_conf_nid(
            nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,DNS:*.example.test,IP:127.0.0.1"
        ));
        X509_add_ext(made.get(), names.get(), -1);
        X509_sign(made.get(), pair_.get(), EVP_sha256());
        const std::unique_ptr<std::FILE, Free> to(std::fopen(certificate.c_str(), "w"));
        PEM_write_X509(to.get(), made.get());
        write_key(key, nullptr);
    }

    std::string encrypted_key() const {
        const std::string file = key + ".encrypted";
        write_key(file, EVP_aes_128_cbc());
        return file;
    }

    std::string certificate;
    std::string key;

  private:
    struct Free {
        void operator()(EVP_PKEY* pair) const { EVP_PKEY_free(pair); }
        void operator()(X509* made) const { X509_free(made); }
        void operator()(X509_EXTENSION* names) const { X509_EXTENSION_free(names); }
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    void write_key(const std::string& file, const EVP_CIPHER* cipher) const {
        const std::unique_ptr<std::FILE, Free> to(std::fopen(file.c_str(), "w"));
        const char* const password = cipher == nullptr ? nullptr : "secret";
        PEM_write_PKCS8PrivateKey(
            to.get(), pair_.get(), cipher, password, cipher == nullptr ? 0 : 6, nullptr, nullptr
        );
    }

    std::unique_ptr<EVP_PKEY, Free> pair_;
};

}  // namespace lambent::tests
