#include "api/s3/byte_range.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace lambent::api::s3 {
namespace {

// Digits only; a number that does not fit is as good as the greatest that does.
std::optional<std::uint64_t> number_of(std::string_view text) {
    const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c >= '0' && c <= '9';
    });
    if (!digits) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
}

ByteRange whole(std::uint64_t size) {
    return {RangeKind::kWhole, 0, size};
}

ByteRange last_bytes(std::optional<std::uint64_t> count, std::uint64_t size) {
    if (!count) {
        return whole(size);
    }
    if (*count == 0 || size == 0) {
        return {RangeKind::kUnsatisfiable, 0, 0};
    }
    const std::uint64_t length = std::min(*count, size);
    return {RangeKind::kPart, size - length, length};
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    if (!header.starts_with(kUnit)) {
        return whole(size);
    }
    header.remove_prefix(kUnit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) {
        return whole(size);
    }
    const std::string_view last_text = header.substr(dash + 1);
    const auto last = number_of(last_text);
    if (dash == 0) {
        return last_bytes(last, size);
    }
    const auto first = number_of(header.substr(0, dash));
    if (!first || (!last && !last_text.empty()) || (last && *last < *first)) {
        return whole(size);
    }
    if (*first >= size) {
        return {RangeKind::kUnsatisfiable, 0, 0};
    }
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return {RangeKind::kPart, *first, end - *first + 1};
}

}  // namespace lambent::api::s3
