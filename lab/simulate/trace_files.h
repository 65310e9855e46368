#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lab/simulate/trace.h"

namespace lambent::lab {

// What a trace does not say.
struct TraceDefaults {
    std::uint64_t seed = 1;
    TraceFunction function;
    float duration_ms = 100;
};

// Reads a trace of any format; each file's kind shows in its first line.
// Azure Functions 2019: files of calls per minute, one a day, in the order of the days, with or
// without those of durations and of memory. Azure Functions 2021: a call a line. Own records: JSON
// lines as `lambent records` prints them. Formats are not mixed.
// kNotFound for a file that cannot be opened; kInvalidArgument names the file and line.
Result<std::unique_ptr<Trace>> read_trace(
    const std::vector<std::string>& files, const TraceDefaults& defaults
);

}  // namespace lambent::lab
