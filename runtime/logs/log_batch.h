#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace lambent::runtime {

// Lines of one stream on their way to disk, packed one behind the other: adding one costs a copy of
// its bytes and no allocation of its own. Times and sequence numbers are kept as distances from the
// first line's. Plain value; any one thread.
class LogBatch {
  public:
    void add(std::int64_t time_ms, std::uint64_t sequence, std::string_view line);

    bool empty() const { return lines_ == 0; }
    std::uint64_t first_sequence() const { return first_sequence_; }
    std::uint64_t last_sequence() const { return last_sequence_; }
    std::int64_t origin_ms() const { return origin_ms_; }  // what times are counted from
    std::int64_t first_ms() const { return first_ms_; }    // the earliest; clocks jump
    std::int64_t last_ms() const { return last_ms_; }
    std::uint64_t lines() const { return lines_; }
    std::size_t bytes() const { return packed_.size(); }
    const std::string& packed() const { return packed_; }

  private:
    std::string packed_;
    std::uint64_t first_sequence_ = 0;
    std::uint64_t last_sequence_ = 0;
    std::int64_t origin_ms_ = 0;
    std::int64_t first_ms_ = 0;
    std::int64_t last_ms_ = 0;
    std::uint64_t lines_ = 0;
};

struct PackedLine {
    std::int64_t time_ms = 0;
    std::uint64_t sequence = 0;
    std::string_view text;  // into the packed bytes
};

// Calls `visit` for each line until it returns false. kCorrupted when the bytes are not lines.
Result<void> unpack_lines(
    std::string_view packed,
    std::int64_t origin_ms,
    std::uint64_t first_sequence,
    const std::function<bool(const PackedLine&)>& visit
);

}  // namespace lambent::runtime
