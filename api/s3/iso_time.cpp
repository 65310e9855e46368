#include "api/s3/iso_time.h"

#include "base/time_format.h"

#include <algorithm>
#include <string>

namespace lambent::api::s3 {

std::optional<WallTime> parse_iso_time(std::string_view text) {
    constexpr std::size_t kDateBytes = 10;
    constexpr std::size_t kTimeBytes = 19;
    std::string whole(text);
    if (text.size() == kDateBytes) {
        whole += "T00:00:00Z";
    }
    if (whole.size() < kTimeBytes + 1 || !whole.ends_with('Z')) {
        return std::nullopt;
    }
    if (whole.size() > kTimeBytes + 1) {  // the fraction does not matter
        const auto digits = whole.substr(kTimeBytes + 1, whole.size() - kTimeBytes - 2);
        const bool is_fraction =
            whole[kTimeBytes] == '.' &&
            std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!is_fraction) {
            return std::nullopt;
        }
    }
    // As SigV4 writes it: 20260101T000000Z.
    std::string compact = whole.substr(0, kTimeBytes);
    if (compact[4] != '-' || compact[7] != '-' || compact[13] != ':' || compact[16] != ':') {
        return std::nullopt;
    }
    std::erase_if(compact, [](char c) { return c == '-' || c == ':'; });
    return parse_amz_date(compact + "Z");
}

}  // namespace lambent::api::s3
