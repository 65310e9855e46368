#pragma once

#include <cstdint>
#include <vector>

namespace lambent::cli {

struct Percentiles {
    std::int64_t p50 = 0;
    std::int64_t p90 = 0;
    std::int64_t p99 = 0;
};

// Nearest rank: each value is one that was really measured. All zero for no values.
Percentiles percentiles_of(std::vector<std::int64_t> values);

}  // namespace lambent::cli
