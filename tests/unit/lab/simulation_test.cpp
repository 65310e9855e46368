#include "lab/simulate/simulation.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "lab/simulate/listed_trace.h"
#include "lab/simulate/minute_trace.h"
#include "lab/simulate/report.h"

using namespace lambent;
using namespace lambent::lab;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kSimulatedMinuteUs = 60 * kSecondUs;

SimulationConfig with(const char* policy) {
    return SimulationConfig::unlimited(scheduler::parse_keep_alive(policy).value());
}

// Calls of one function of 1 GB that boots in a tenth of a second and runs for ten seconds.
ListedTrace calls_at(const std::vector<std::int64_t>& times_us) {
    std::vector<TraceCall> calls;
    for (const std::int64_t at_us : times_us) {
        calls.push_back({at_us, 0, 10'000'000});
    }
    return ListedTrace({TraceFunction{1'024, 100'000}}, calls);
}

std::string starts(Trace& trace, const SimulationConfig& config) {
    std::string letters;
    simulate(trace, config, [&](std::uint64_t, const TraceCall&, Start start) {
        letters += start == Start::kCold ? 'c' : 'w';
    });
    return letters;
}

}  // namespace

TEST_CASE("Simulation counts cold starts and idle memory", "[lab][Simulation]") {
    ListedTrace trace = calls_at({0, 5 * kSimulatedMinuteUs, 16 * kSimulatedMinuteUs});
    CHECK(starts(trace, with("fixed:600")) == "cwc");
    const SimulationResult result = simulate(trace, with("fixed:600"));
    CHECK(result.policy == "fixed:600");
    CHECK(result.functions == 1);
    CHECK(result.invocations == 3);
    CHECK(result.cold_starts == 2);
    CHECK(result.boots == 2);
    CHECK(result.cold_percent[1] == Approx(200.0 / 3));
    // Idle from 10.1 s until 5 min, and from 5 min 10 s for ten minutes.
    CHECK(result.idle_gb_hours == Approx((289.9 + 600) / 3'600));
    // 10.1 + 10 + 10.1 billed seconds of 1 GB, and three requests.
    CHECK(result.busy_gb_hours == Approx(30.2 / 3'600));
    CHECK(result.cost_usd == Approx(30.2 * 0.0000166667 + 3 * 0.2e-6));
}

TEST_CASE("Simulation boots ahead when the policy wants it", "[lab][Simulation]") {
    std::vector<std::int64_t> times;
    for (int i = 0; i < 6; ++i) {
        times.push_back(i * (30 * kSimulatedMinuteUs + 30 * kSecondUs));
    }
    ListedTrace timer = calls_at(times);
    CHECK(starts(timer, with("fixed:600")) == "cccccc");
    CHECK(starts(timer, with("hybrid")) == "cwwwww");
    const SimulationResult result = simulate(timer, with("hybrid"));
    CHECK(result.prewarms == 4);
    // Kept through the first gap (30 min 20 s but for the first boot), then booted 27 minutes after
    // each call's end and idle until the next.
    CHECK(result.idle_gb_hours == Approx((1'819.9 + 4 * (1'820 - 1'620 - 0.1)) / 3'600));
}

TEST_CASE("Simulation keeps to the limits that it is given", "[lab][Simulation]") {
    ListedTrace trace = calls_at({0, 1, 2, 3, 4});
    SimulationConfig config = with("fixed:600");
    SECTION("of the account") {
        config.scheduler.account_concurrency = 2;
        const SimulationResult result = simulate(trace, config);
        CHECK(result.invocations == 2);
        CHECK(result.throttles == 3);
    }
    SECTION("of memory: two at a time, and the fifth waits too long") {
        config.scheduler.memory_budget_mb = 2'048;
        config.scheduler.capacity_wait = 15s;
        const SimulationResult result = simulate(trace, config);
        CHECK(result.boots == 2);
        CHECK(result.invocations == 4);
        CHECK(result.throttles == 1);
    }
    SECTION("or to none") {
        CHECK(simulate(trace, config).boots == 5);
    }
}

TEST_CASE("Simulation evicts the least recently used", "[lab][Simulation]") {
    std::vector<TraceCall> calls;
    for (const std::uint32_t function : {0U, 1U, 0U, 2U, 1U, 0U}) {
        calls.push_back(
            {static_cast<std::int64_t>(calls.size()) * kSimulatedMinuteUs, function, 1'000}
        );
    }
    ListedTrace trace(std::vector<TraceFunction>(3, TraceFunction{1'024, 100'000}), calls);
    CHECK(starts(trace, with("lru:2GB")) == "ccwccc");
    CHECK(starts(trace, with("lru:3GB")) == "ccwcww");
}

TEST_CASE("Simulation gives the same bytes for the same seed", "[lab][Simulation]") {
    const auto run = [](std::uint64_t seed) {
        MinuteTrace trace(seed);
        for (std::uint32_t i = 0; i < 50; ++i) {
            trace.add_function();
            trace.at(i).durations = {1, 10, 100, 1'000, 5'000, 20'000, 100'000};
            for (std::size_t minute = i; minute < 600; minute += 1 + i) {
                trace.add_calls(i, minute, 1 + i % 3);
            }
        }
        std::vector<SimulationResult> results;
        for (const char* policy : {"fixed:600", "lru:1GB", "hybrid"}) {
            results.push_back(simulate(trace, with(policy)));
        }
        return results_json(results, results.front()).dump();
    };
    CHECK(run(1) == run(1));
    CHECK(run(1) != run(2));
}

TEST_CASE("Results are compared with their baseline", "[lab][report]") {
    SimulationResult baseline;
    baseline.policy = "fixed:600";
    baseline.invocations = 1'000;
    baseline.cold_starts = 100;
    baseline.idle_gb_hours = 8;
    SimulationResult other = baseline;
    other.policy = "hybrid";
    other.cold_starts = 40;
    other.idle_gb_hours = 6;
    const Comparison beside = compare(other, baseline);
    CHECK(beside.cold_starts == Approx(0.4));
    CHECK(beside.idle_gb_hours == Approx(0.75));
    const auto json = results_json({baseline, other}, baseline);
    CHECK(json["policies"][1]["relative"]["to"] == "fixed:600");
    CHECK(json["policies"][1]["relative"]["idleGbHours"] == 0.75);
    CHECK(json["policies"][1]["coldShare"] == 0.04);
    CHECK(compare(other, SimulationResult()).cold_starts == 0);
}
