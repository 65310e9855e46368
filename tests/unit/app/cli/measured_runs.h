#pragma once

#include "app/cli/measure/samples.h"

#include <cmath>
#include <random>

namespace lambent::tests {

// Calls whose phases spread around a typical one, the same for the same seed.
inline cli::Samples made_up(cli::StartKind kind, std::size_t calls, double scale, unsigned seed) {
    std::mt19937 random(seed);
    std::lognormal_distribution<double> factor(0, 0.15);
    cli::Samples samples;
    samples.kind = kind;
    for (std::size_t i = 0; i < calls; ++i) {
        cli::Record record;
        const double mine = scale * factor(random);
        const auto us = [mine](double typical) {
            return std::llround(typical * mine);
        };
        record.phases = {0, us(10), 0, 0, 0, 0, 0, us(900), us(40), us(30)};
        if (cli::is_cold(kind)) {
            record.phases[2] = us(300);
            record.phases[3] = us(700);
            record.phases[4] = us(20'000);
            record.phases[6] = us(7'000);
        }
        record.billed_ms = 1;
        record.cost_usd = 2e-7;
        samples.add(record, cli::total_of(record.phases) + 200);
    }
    return samples;
}

inline cli::Measurement made_up_run(double scale, unsigned seed) {
    cli::Measurement run;
    run.plan.function = "hello <&> \"world\"";
    run.plan.memory_mb = {128, 1'769};
    run.runtime = "python3.12";
    run.code_sha256 = "abc=";
    run.began = "2026-01-31 12:00 UTC";
    run.machine = {"A Processor", 2, 4ULL << 30, "6.1.0", "Debian GNU/Linux 12", 0.25};
    for (const std::uint32_t mb : run.plan.memory_mb) {
        cli::SizeMeasurement size;
        size.memory_mb = mb;
        size.samples.push_back(made_up(cli::StartKind::kBoot, 40, scale, seed + mb));
        size.samples.push_back(made_up(cli::StartKind::kWarm, 120, scale, seed + mb + 1));
        run.sizes.push_back(std::move(size));
    }
    return run;
}

}  // namespace lambent::tests
