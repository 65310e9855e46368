#include "base/files/content_hash.h"

#include "base/result.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include <array>
#include <cstdint>
#include <utility>

namespace lambent {
namespace {

struct Algorithm {
    explicit Algorithm(const char* name) : handle(EVP_MD_fetch(nullptr, name, nullptr)) {
        LAMBENT_ASSERT(handle != nullptr);
    }
    ~Algorithm() { EVP_MD_free(handle); }
    Algorithm(const Algorithm&) = delete;
    Algorithm& operator=(const Algorithm&) = delete;

    EVP_MD* handle;
};

// Fetched once: OpenSSL's EVP_sha256() is looked up again, under locks, each time it is used.
const EVP_MD* algorithm(HashKind kind) {
    static const Algorithm sha256("SHA256");
    static const Algorithm sha1("SHA1");
    static const Algorithm md5("MD5");
    switch (kind) {
        case HashKind::kSha1:
            return sha1.handle;
        case HashKind::kMd5:
            return md5.handle;
        case HashKind::kSha256:
            break;
    }
    return sha256.handle;
}

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string as_string(const unsigned char* bytes, std::size_t size) {
    return std::string(reinterpret_cast<const char*>(bytes), size);
}

bool is_base64_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

std::size_t padding_of(std::string_view text) {
    if (text.ends_with("==")) {
        return 2;
    }
    return text.ends_with('=') ? 1 : 0;
}

}  // namespace

struct Digest::Context {
    Context() : handle(EVP_MD_CTX_new()) { LAMBENT_ASSERT(handle != nullptr); }
    ~Context() { EVP_MD_CTX_free(handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    void begin(HashKind kind) const {
        LAMBENT_ASSERT(EVP_DigestInit_ex2(handle, algorithm(kind), nullptr) == 1);
    }
    void update(std::string_view bytes) const {
        LAMBENT_ASSERT(EVP_DigestUpdate(handle, bytes.data(), bytes.size()) == 1);
    }
    std::string finish() const {
        std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
        unsigned size = 0;
        LAMBENT_ASSERT(EVP_DigestFinal_ex(handle, raw.data(), &size) == 1);
        return as_string(raw.data(), size);
    }

    EVP_MD_CTX* handle;
};

Digest::Digest(HashKind kind) : context_(std::make_unique<Context>()) {
    context_->begin(kind);
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) {
    context_->update(bytes);
}

std::string Digest::finish() {
    return context_->finish();
}

// With one context for all, since a short text is hashed sooner than a context is made.
std::string Digest::of(HashKind kind, std::string_view bytes) {
    thread_local const Context context;
    context.begin(kind);
    context.update(bytes);
    return context.finish();
}

std::string digest(HashKind kind, std::string_view bytes) {
    return Digest::of(kind, bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    const unsigned char* done = ::HMAC(
        algorithm(HashKind::kSha256),
        key.data(),
        static_cast<int>(key.size()),
        octets(bytes),
        bytes.size(),
        raw.data(),
        &size
    );
    LAMBENT_ASSERT(done != nullptr);
    return as_string(raw.data(), size);
}

struct HmacKey::Context {
    Context() : handle(new_context()) {}
    ~Context() { EVP_MAC_CTX_free(handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    static EVP_MAC_CTX* new_context() {
        EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        EVP_MAC_CTX* made = EVP_MAC_CTX_new(hmac);
        EVP_MAC_free(hmac);
        LAMBENT_ASSERT(made != nullptr);
        return made;
    }

    EVP_MAC_CTX* handle;
};

HmacKey::HmacKey(std::string_view key) : context_(std::make_unique<Context>()) {
    char algorithm_name[] = "SHA256";
    const OSSL_PARAM settings[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, algorithm_name, 0),
        OSSL_PARAM_construct_end()};
    LAMBENT_ASSERT(EVP_MAC_init(context_->handle, octets(key), key.size(), settings) == 1);
}
HmacKey::~HmacKey() = default;
HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;

std::string HmacKey::sign(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    std::size_t size = 0;
    EVP_MAC_CTX* const mac = context_->handle;
    LAMBENT_ASSERT(EVP_MAC_init(mac, nullptr, 0, nullptr) == 1);  // starts anew with the same key
    LAMBENT_ASSERT(EVP_MAC_update(mac, octets(bytes), bytes.size()) == 1);
    LAMBENT_ASSERT(EVP_MAC_final(mac, raw.data(), &size, raw.size()) == 1);
    return as_string(raw.data(), size);
}

std::string to_hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text(2 * bytes.size(), '\0');
    char* out = text.data();
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        *out++ = kDigits[byte >> 4];
        *out++ = kDigits[byte & 0x0F];
    }
    return text;
}

std::string to_base64(std::string_view bytes) {
    // EVP_EncodeBlock ends with a NUL, which needs its own place.
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    auto* out = reinterpret_cast<unsigned char*>(text.data());
    const int size = EVP_EncodeBlock(out, octets(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

bool from_base64(std::string_view text, std::string& bytes) {
    const std::size_t padding = padding_of(text);
    if (text.size() % 4 != 0) {
        return false;
    }
    // OpenSSL forgives white space and early padding; we do not.
    for (const char c : text.substr(0, text.size() - padding)) {
        if (!is_base64_digit(c)) {
            return false;
        }
    }
    std::string decoded(3 * (text.size() / 4), '\0');
    auto* out = reinterpret_cast<unsigned char*>(decoded.data());
    const int size = EVP_DecodeBlock(out, octets(text), static_cast<int>(text.size()));
    if (size < 0 || static_cast<std::size_t>(size) < padding) {
        return false;
    }
    decoded.resize(static_cast<std::size_t>(size) - padding);
    bytes = std::move(decoded);
    return true;
}

}  // namespace lambent
