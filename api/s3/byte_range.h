#pragma once

#include <cstdint>
#include <string_view>

namespace lambent::api::s3 {

enum class RangeKind { kWhole, kPart, kUnsatisfiable };

struct ByteRange {
    RangeKind kind = RangeKind::kWhole;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

// What a Range header asks of `size` bytes. One range only; what is not a range of bytes, or more
// than one, asks for the whole, as S3 has it.
ByteRange parse_range(std::string_view header, std::uint64_t size);

}  // namespace lambent::api::s3
