#pragma once

#include "app/cli/measure/page/chart.h"
#include "app/cli/measure/samples.h"

#include <string>
#include <vector>

namespace lambent::cli {

// Where the median time of one kind of start goes, phase after phase, and the caller's beside it.
Chart waterfall_chart(const Samples& samples);

// Which share of the calls was answered within which time, a line per memory size.
Chart spread_chart(const Measurement& measurement, StartKind kind);

// One figure against the memory size, with its interval where there is one.
struct SizePoint {
    std::uint32_t memory_mb = 0;
    double value = 0;
    double low = 0;
    double high = 0;
    std::string label;
};
Chart size_chart(const std::string& title, const std::vector<SizePoint>& points);

// How times are written in charts: "850 µs", "1.5 ms".
std::string tick_us(double us);

}  // namespace lambent::cli
