#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace lambent {

enum class HashKind { kSha256, kSha1, kMd5 };

// A running digest. One thread at a time.
class Digest {
  public:
    explicit Digest(HashKind kind);
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void update(std::string_view bytes);
    std::string finish();  // raw bytes; the digest cannot be used afterwards
    static std::string of(HashKind kind, std::string_view bytes);

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

std::string digest(HashKind kind, std::string_view bytes);  // raw bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// A key of HMAC-SHA256 that signs many texts: prepared once, which takes longer than to sign a
// short text. One thread at a time.
class HmacKey {
  public:
    explicit HmacKey(std::string_view key);
    ~HmacKey();
    HmacKey(HmacKey&&) noexcept;
    HmacKey& operator=(HmacKey&&) noexcept;

    std::string sign(std::string_view bytes);  // raw bytes

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

std::string to_hex(std::string_view bytes);  // lower case
std::string to_base64(std::string_view bytes);
// The bytes, or an empty optional-like flag: returns false when `text` is not base64.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace lambent
