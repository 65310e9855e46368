#include "lab/simulate/listed_trace.h"

#include <algorithm>

namespace lambent::lab {

ListedTrace::ListedTrace(std::vector<TraceFunction> functions, std::vector<TraceCall> calls)
    : functions_(std::move(functions)), calls_(std::move(calls)) {
    std::sort(calls_.begin(), calls_.end());
    if (calls_.empty()) {
        return;
    }
    const std::int64_t begin_us = calls_.front().at_us;
    for (TraceCall& call : calls_) {
        call.at_us -= begin_us;
        end_us_ = std::max(end_us_, call.at_us + call.duration_us);
    }
}

bool ListedTrace::next(std::vector<TraceCall>& calls) {
    constexpr std::size_t kSpan = 65'536;
    const std::size_t count = std::min(kSpan, calls_.size() - next_);
    const auto begin = calls_.begin() + static_cast<std::ptrdiff_t>(next_);
    calls.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
    next_ += count;
    return count > 0;
}

}  // namespace lambent::lab
