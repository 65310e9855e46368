#include "app/cli/measure/summary.h"

#include "app/cli/terminal/format.h"

#include <algorithm>

namespace lambent::cli {

Summary summary_of(lab::Sample times) {
    Summary summary;
    if (times.empty()) {
        return summary;
    }
    std::sort(times.begin(), times.end());
    summary.p50 = lab::quantile(times, 0.50);
    summary.p90 = lab::quantile(times, 0.90);
    summary.p99 = lab::quantile(times, 0.99);
    summary.p50_interval = lab::quantile_interval(times, 0.50);
    summary.p99_interval = lab::quantile_interval(times, 0.99);
    return summary;
}

std::vector<std::size_t> times_shown(const std::vector<Samples>& samples) {
    std::vector<std::size_t> shown;
    for (std::size_t time = 0; time < kTimes; ++time) {
        const bool any = std::any_of(samples.begin(), samples.end(), [time](const Samples& one) {
            const lab::Sample& values = one.times_us.at(time);
            return std::any_of(values.begin(), values.end(), [](auto value) { return value != 0; });
        });
        if (any || time >= kPhases.size()) {
            shown.push_back(time);
        }
    }
    return shown;
}

std::vector<std::string> remarks_on(const Measurement& measurement) {
    constexpr std::size_t kEnoughForP99 = 100;
    std::vector<std::string> remarks = measurement.remarks;
    std::size_t misses = 0;
    std::size_t fewest = kEnoughForP99;
    for (const SizeMeasurement& size : measurement.sizes) {
        misses += size.misses;
        for (const Samples& samples : size.samples) {
            fewest = std::min(fewest, samples.count());
        }
    }
    if (measurement.machine.is_busy()) {
        remarks.push_back(
            "The machine was busy with other things when it began (load " +
            fixed(measurement.machine.load, 1) + " on " +
            count_of(measurement.machine.processors, "processor") + ")."
        );
    }
    if (const std::size_t errors = measurement.errors(); errors > 0) {
        remarks.push_back(
            count_of(errors, "call") + " returned a function error; their times are counted."
        );
    }
    if (misses > 0) {
        remarks.push_back(
            count_of(misses, "call") + " met another start than was asked for and stand in no row."
        );
    }
    if (fewest < kEnoughForP99) {
        remarks.push_back(
            "Of " + count_of(fewest, "call") +
            " the p99 is the slowest one: take it as a hint. A p99 wants some hundred calls."
        );
    }
    return remarks;
}

}  // namespace lambent::cli
