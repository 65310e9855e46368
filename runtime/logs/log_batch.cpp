#include "runtime/logs/log_batch.h"

#include <algorithm>
#include <array>
#include <limits>

namespace lambent::runtime {
namespace {

// Before each line: its length, its time after the origin, its sequence after the first.
constexpr std::size_t kHeadBytes = 12;

void put(char* into, std::uint32_t number) {
    for (int i = 0; i < 4; ++i) {
        into[i] = static_cast<char>(number >> (8 * i));
    }
}

std::uint32_t get(const char* from) {
    std::uint32_t number = 0;
    for (int i = 0; i < 4; ++i) {
        number |= std::uint32_t{static_cast<unsigned char>(from[i])} << (8 * i);
    }
    return number;
}

// A clock that jumped back or far ahead within a batch must not wrap around.
std::uint32_t distance(std::int64_t from, std::int64_t to) {
    constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
    const std::int64_t bounded = std::clamp<std::int64_t>(to - from, -kMax, kMax);
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(bounded));
}

}  // namespace

void LogBatch::add(std::int64_t time_ms, std::uint64_t sequence, std::string_view line) {
    if (lines_ == 0) {
        first_sequence_ = sequence;
        origin_ms_ = first_ms_ = last_ms_ = time_ms;
    }
    std::array<char, kHeadBytes> head;
    put(head.data(), static_cast<std::uint32_t>(line.size()));
    put(head.data() + 4, distance(origin_ms_, time_ms));
    put(head.data() + 8, static_cast<std::uint32_t>(sequence - first_sequence_));
    packed_.append(head.data(), head.size());
    packed_.append(line);
    first_ms_ = std::min(first_ms_, time_ms);
    last_ms_ = std::max(last_ms_, time_ms);
    last_sequence_ = sequence;
    ++lines_;
}

Result<void> unpack_lines(
    std::string_view packed,
    std::int64_t origin_ms,
    std::uint64_t first_sequence,
    const std::function<bool(const PackedLine&)>& visit
) {
    while (!packed.empty()) {
        const std::size_t size = packed.size() < kHeadBytes ? 0 : get(packed.data());
        if (packed.size() < kHeadBytes || packed.size() - kHeadBytes < size) {
            return Error(Code::kCorrupted, "log", "stored log lines cannot be read");
        }
        PackedLine line;
        line.time_ms = origin_ms + static_cast<std::int32_t>(get(packed.data() + 4));
        line.sequence = first_sequence + get(packed.data() + 8);
        line.text = packed.substr(kHeadBytes, size);
        if (!visit(line)) {
            return {};
        }
        packed.remove_prefix(kHeadBytes + size);
    }
    return {};
}

}  // namespace lambent::runtime
