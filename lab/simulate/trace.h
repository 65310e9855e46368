#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lambent::lab {

// One call. Times are microseconds since the trace's begin.
struct TraceCall {
    std::int64_t at_us = 0;
    std::uint32_t function = 0;     // index
    std::uint32_t duration_us = 0;  // at most 71 minutes

    friend auto operator<=>(const TraceCall&, const TraceCall&) = default;
};

// What a trace says of one function beside its calls.
struct TraceFunction {
    std::uint32_t memory_mb = 128;
    std::uint32_t boot_us = 100'000;
};

// Calls in order of time, told a span at a time; can be told again. Owned by who reads it.
class Trace {
  public:
    virtual ~Trace() = default;

    virtual std::size_t function_count() const = 0;
    virtual TraceFunction function(std::uint32_t index) const = 0;
    // Where the trace ends; no call begins later.
    virtual std::int64_t end_us() const = 0;

    // Replaces `calls` by those of the next span, none of them earlier than those before; false
    // when there is no further span.
    virtual bool next(std::vector<TraceCall>& calls) = 0;
    virtual void rewind() = 0;
};

}  // namespace lambent::lab
