#include "lab/simulate/report.h"

#include <nlohmann/json.hpp>

namespace lambent::lab {
namespace {

using OrderedJson = nlohmann::ordered_json;

double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
}

OrderedJson percentiles_json(const SimulationResult& result) {
    return OrderedJson{
        {"p25", result.cold_percent[0]},
        {"p50", result.cold_percent[1]},
        {"p75", result.cold_percent[2]},
        {"p99", result.cold_percent[3]},
    };
}

}  // namespace

Comparison compare(const SimulationResult& result, const SimulationResult& baseline) {
    return Comparison{
        ratio(static_cast<double>(result.cold_starts), static_cast<double>(baseline.cold_starts)),
        ratio(result.idle_gb_hours, baseline.idle_gb_hours)};
}

OrderedJson results_json(
    const std::vector<SimulationResult>& results, const SimulationResult& baseline
) {
    OrderedJson all = OrderedJson::array();
    for (const SimulationResult& result : results) {
        const Comparison beside = compare(result, baseline);
        OrderedJson relative{
            {"to", baseline.policy},
            {"coldStarts", beside.cold_starts},
            {"idleGbHours", beside.idle_gb_hours}};
        all.push_back(OrderedJson{
            {"policy", result.policy},
            {"hours", result.hours},
            {"functions", result.functions},
            {"invocations", result.invocations},
            {"coldStarts", result.cold_starts},
            {"coldShare", result.cold_share()},
            {"coldPercentByFunction", percentiles_json(result)},
            {"throttles", result.throttles},
            {"boots", result.boots},
            {"prewarms", result.prewarms},
            {"idleGbHours", result.idle_gb_hours},
            {"busyGbHours", result.busy_gb_hours},
            {"costUsd", result.cost_usd},
            {"relative", std::move(relative)}});
    }
    return OrderedJson{{"policies", std::move(all)}};
}

}  // namespace lambent::lab
