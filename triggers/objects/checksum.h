#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace lambent::triggers {

// The checksums a client may ask to have verified and kept beside the ETag.
enum class ChecksumKind { kNone, kCrc32, kCrc32c, kCrc64Nvme, kSha1, kSha256 };

// "CRC32" and the like, as S3 names them; "" for kNone. The reverse gives kNone for what it does
// not know.
std::string_view to_string(ChecksumKind kind);
ChecksumKind checksum_kind(std::string_view name);
std::size_t checksum_bytes(ChecksumKind kind);  // length of the raw value

// A running checksum of one of these kinds. One thread at a time.
class Checksum {
  public:
    explicit Checksum(ChecksumKind kind);
    ~Checksum();
    Checksum(Checksum&&) noexcept;
    Checksum& operator=(Checksum&&) noexcept;
    Checksum(const Checksum&) = delete;
    Checksum& operator=(const Checksum&) = delete;

    void update(std::string_view bytes);
    std::string finish();  // raw bytes, most significant first; empty for kNone

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace lambent::triggers
