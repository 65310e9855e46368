#include "base/files/content_hash.h"

#include "base/result.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <utility>

namespace lambent {
namespace {

const EVP_MD* algorithm(HashKind kind) {
    switch (kind) {
        case HashKind::kSha1:
            return EVP_sha1();
        case HashKind::kMd5:
            return EVP_md5();
        case HashKind::kSha256:
            break;
    }
    return EVP_sha256();
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
    explicit Context(HashKind kind) : handle(EVP_MD_CTX_new()) {
        LAMBENT_ASSERT(handle != nullptr);
        LAMBENT_ASSERT(EVP_DigestInit_ex(handle, algorithm(kind), nullptr) == 1);
    }
    ~Context() { EVP_MD_CTX_free(handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    EVP_MD_CTX* handle;
};

Digest::Digest(HashKind kind) : context_(std::make_unique<Context>(kind)) {}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) {
    LAMBENT_ASSERT(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) == 1);
}

std::string Digest::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    LAMBENT_ASSERT(EVP_DigestFinal_ex(context_->handle, raw.data(), &size) == 1);
    return as_string(raw.data(), size);
}

std::string digest(HashKind kind, std::string_view bytes) {
    Digest whole(kind);
    whole.update(bytes);
    return whole.finish();
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    const unsigned char* done = ::HMAC(
        EVP_sha256(),
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

std::string to_hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4];
        text += kDigits[byte & 0x0F];
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
