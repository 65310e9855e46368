#pragma once

#include <cstdint>
#include <vector>

#include "lab/simulate/trace.h"

namespace lambent::lab {

// A trace that lists every call.
class ListedTrace final : public Trace {
  public:
    // In any order; the first call becomes the trace's begin.
    ListedTrace(std::vector<TraceFunction> functions, std::vector<TraceCall> calls);

    std::size_t function_count() const override { return functions_.size(); }
    TraceFunction function(std::uint32_t index) const override { return functions_.at(index); }
    std::int64_t end_us() const override { return end_us_; }
    bool next(std::vector<TraceCall>& calls) override;
    void rewind() override { next_ = 0; }

  private:
    std::vector<TraceFunction> functions_;
    std::vector<TraceCall> calls_;
    std::int64_t end_us_ = 0;
    std::size_t next_ = 0;
};

}  // namespace lambent::lab
