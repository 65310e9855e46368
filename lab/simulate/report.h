#pragma once

#include <nlohmann/json_fwd.hpp>

#include <vector>

#include "lab/simulate/simulation.h"

namespace lambent::lab {

// What a result is beside the one all are compared with; 1 is equal, 0 without a denominator.
struct Comparison {
    double cold_starts = 0;
    double idle_gb_hours = 0;
};
Comparison compare(const SimulationResult& result, const SimulationResult& baseline);

// All results in the order given, each with its comparison to `baseline`.
nlohmann::ordered_json results_json(
    const std::vector<SimulationResult>& results, const SimulationResult& baseline
);

}  // namespace lambent::lab
