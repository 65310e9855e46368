#include "lab/what_if/what_if.h"

#include "scheduler/billing_meter.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <queue>

namespace lambent::lab {
namespace {

using std::chrono::microseconds;

constexpr double kMonthS = 30 * 24 * 3'600;
constexpr double kWholeCpuMb = 1'769;

double cpu_of(std::uint32_t memory_mb) {
    return std::min(memory_mb / kWholeCpuMb, 1.0);
}

// The time of a call whose time at a whole CPU is 1, of which `computing` is for computing.
double relative_time(double computing, std::uint32_t memory_mb) {
    return 1 - computing + computing / cpu_of(memory_mb);
}

template <class Number>
Number percentile(std::vector<Number>& values, double share) {
    const auto rank = static_cast<std::ptrdiff_t>(
        std::max(0.0, std::ceil(share * static_cast<double>(values.size())) - 1)
    );
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
}

// One month's worth of a scenario, if the function computes for that share of its time.
class Month {
  public:
    Month(Scenario scenario, double computing, const scheduler::RateCard& rates)
        : scenario_(scenario), computing_(computing), rates_(rates) {}

    // In order of time.
    void add(const RecordedCall& call) {
        const double scale = relative_time(computing_, scenario_.memory_mb) /
                             relative_time(computing_, call.memory_mb);
        const double duration_us = call.duration_us * scale;
        const bool provisioned = take_provisioned(call.at_us, duration_us);
        const bool cold = !provisioned && call.init_us > 0;
        cold_ += cold ? 1 : 0;
        waited_ms_.push_back((duration_us + (provisioned ? 0 : call.wait_us)) / 1'000);
        const std::int64_t billed_ms = scheduler::billed_ms(
            microseconds(std::llround(duration_us)), microseconds(cold ? call.init_us : 0)
        );
        const double price = provisioned ? rates_.x86_64_provisioned_usd_per_gb_second
                                         : rates_.x86_64_usd_per_gb_second;
        usd_ += static_cast<double>(billed_ms) / 1'000 * gb() * price +
                rates_.usd_per_million_requests / 1e6;
    }

    Outlook outlook(double span_s) {
        Outlook outlook;
        outlook.p50_ms = percentile(waited_ms_, 0.50);
        outlook.p99_ms = percentile(waited_ms_, 0.99);
        outlook.usd_a_month =
            usd_ * kMonthS / span_s +
            scenario_.provisioned * gb() * kMonthS * rates_.x86_64_provisioning_usd_per_gb_second;
        return outlook;
    }
    double cold_share() const { return cold_ / static_cast<double>(waited_ms_.size()); }

  private:
    double gb() const { return scenario_.memory_mb / 1'024.0; }

    bool take_provisioned(std::int64_t at_us, double duration_us) {
        const auto now = static_cast<double>(at_us);
        while (!ends_.empty() && ends_.top() <= now) {
            ends_.pop();
        }
        if (ends_.size() >= scenario_.provisioned) {
            return false;
        }
        ends_.push(now + duration_us);
        return true;
    }

    Scenario scenario_;
    double computing_;
    const scheduler::RateCard& rates_;
    // When the provisioned environments that are busy become free.
    std::priority_queue<double, std::vector<double>, std::greater<>> ends_;
    std::vector<double> waited_ms_;
    double cold_ = 0;
    double usd_ = 0;
};

Outlook fill(
    Month month, const std::vector<RecordedCall>& calls, double span_s, Forecast& forecast
) {
    for (const RecordedCall& call : calls) {
        month.add(call);
    }
    forecast.cold_share = month.cold_share();
    return month.outlook(span_s);
}

}  // namespace

// Least squares of duration = waiting + computing / cpu over the medians; neither is negative.
std::optional<double> computing_share(const std::vector<RecordedCall>& calls) {
    std::map<double, std::vector<double>> durations;
    for (const RecordedCall& call : calls) {
        durations[1 / cpu_of(call.memory_mb)].push_back(call.duration_us);
    }
    if (durations.size() < 2) {
        return std::nullopt;
    }
    const auto count = static_cast<double>(durations.size());
    double x_sum = 0;
    double y_sum = 0;
    double xx_sum = 0;
    double xy_sum = 0;
    for (auto& [x, samples] : durations) {
        const double y = percentile(samples, 0.5);
        x_sum += x;
        y_sum += y;
        xx_sum += x * x;
        xy_sum += x * y;
    }
    const double computing =
        std::max((count * xy_sum - x_sum * y_sum) / (count * xx_sum - x_sum * x_sum), 0.0);
    const double waiting = std::max((y_sum - computing * x_sum) / count, 0.0);
    return computing + waiting > 0 ? computing / (computing + waiting) : 0;
}

Result<std::vector<Forecast>> what_if(
    std::vector<RecordedCall> calls,
    const std::vector<Scenario>& scenarios,
    const scheduler::RateCard& rates
) {
    const auto earlier = [](const RecordedCall& a, const RecordedCall& b) {
        return a.at_us < b.at_us;
    };
    std::stable_sort(calls.begin(), calls.end(), earlier);
    if (calls.size() < 2 || calls.front().at_us == calls.back().at_us) {
        return Error(
            Code::kInvalidArgument, "records", "there are too few records to know the traffic"
        );
    }
    const double span_s = static_cast<double>(calls.back().at_us - calls.front().at_us) / 1e6;
    const std::optional<double> known = computing_share(calls);
    std::vector<Forecast> forecasts;
    for (const Scenario& scenario : scenarios) {
        Forecast forecast;
        forecast.scenario = scenario;
        forecast.calls_a_month = static_cast<double>(calls.size()) * kMonthS / span_s;
        forecast.if_computing =
            fill(Month(scenario, known.value_or(1), rates), calls, span_s, forecast);
        forecast.if_waiting =
            fill(Month(scenario, known.value_or(0), rates), calls, span_s, forecast);
        forecasts.push_back(forecast);
    }
    return forecasts;
}

}  // namespace lambent::lab
