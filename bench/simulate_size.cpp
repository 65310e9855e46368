// How long the simulator needs for many functions: simulate_size FUNCTIONS CALLS POLICY...
// Makes a day of calls with a heavy-tailed popularity in memory, and plays it once a policy.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "lab/simulate/minute_trace.h"
#include "lab/simulate/simulation.h"

using namespace lambent;

namespace {

constexpr std::size_t kMinutes = 1'440;

lab::MinuteTrace make_day(std::size_t functions, double calls) {
    lab::MinuteTrace trace(1);
    std::mt19937_64 random(1);
    std::uniform_real_distribution<> share;
    std::vector<double> weights(functions);
    double sum = 0;
    for (double& weight : weights) {
        weight = std::min(std::pow(share(random), -1 / 0.7), 1e6);
        sum += weight;
    }
    for (const double weight : weights) {
        const std::uint32_t index = trace.add_function();
        lab::MinuteTrace::Function& function = trace.at(index);
        function.settings.memory_mb = 128U << (index % 3);
        function.durations = {5, 10, 60, 150, 400, 3'000, 10'000};
        function.is_timer = index % 4 == 0;
        const double per_minute = weight / sum * calls / kMinutes;
        for (std::size_t minute = 0; per_minute > 0.5 && minute < kMinutes; ++minute) {
            if (const auto count = static_cast<std::uint32_t>(per_minute + share(random))) {
                trace.add_calls(index, minute, count);
            }
        }
        const auto few = static_cast<std::size_t>(per_minute * kMinutes + share(random));
        for (std::size_t i = 0; per_minute <= 0.5 && i < few; ++i) {
            trace.add_calls(index, random() % kMinutes, 1);
        }
    }
    trace.last_at_least(kMinutes);
    return trace;
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("usage: simulate_size FUNCTIONS CALLS POLICY...\n", stderr);
        return 2;
    }
    lab::MinuteTrace trace = make_day(std::strtoull(argv[1], nullptr, 10), std::atof(argv[2]));
    for (int i = 3; i < argc; ++i) {
        const auto policy = scheduler::parse_keep_alive(argv[i]);
        if (policy.has_error()) {
            std::fprintf(stderr, "%s\n", policy.error().message().c_str());
            return 2;
        }
        const double before = cpu_seconds();
        const auto result = lab::simulate(trace, lab::SimulationConfig::unlimited(*policy));
        const double took = cpu_seconds() - before;
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        std::printf(
            "%s: %llu calls of %llu functions, %.2f %% cold, in %.1f s CPU, %.2f us a call; peak "
            "%ld MB\n",
            result.policy.c_str(),
            static_cast<unsigned long long>(result.invocations),
            static_cast<unsigned long long>(result.functions),
            result.cold_share() * 100,
            took,
            took * 1e6 / static_cast<double>(result.invocations),
            usage.ru_maxrss / 1'024
        );
        std::fflush(stdout);
    }
}
