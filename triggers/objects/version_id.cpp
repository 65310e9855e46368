#include "triggers/objects/version_id.h"

#include "base/ids.h"
#include "triggers/objects/object.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace lambent::triggers {
namespace {

constexpr std::size_t kSequenceDigits = 16;
constexpr std::size_t kChanceBytes = 8;

}  // namespace

std::string make_version_id(std::int64_t sequence) {
    char digits[kSequenceDigits + 1];
    std::snprintf(digits, sizeof(digits), "%016llx", static_cast<unsigned long long>(sequence));
    return digits + random_hex(kChanceBytes);
}

std::optional<std::int64_t> version_sequence(std::string_view id) {
    const auto is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    if (id.size() != kSequenceDigits + 2 * kChanceBytes ||
        !std::all_of(id.begin(), id.end(), is_hex)) {
        return std::nullopt;
    }
    std::int64_t sequence = 0;
    const auto [end, failed] =
        std::from_chars(id.data(), id.data() + kSequenceDigits, sequence, 16);
    return failed == std::errc() ? std::optional(sequence) : std::nullopt;
}

bool is_version_id(std::string_view text) {
    return text == kNullVersion || version_sequence(text).has_value();
}

}  // namespace lambent::triggers
