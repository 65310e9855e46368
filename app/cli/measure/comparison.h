#pragma once

#include "app/cli/measure/samples.h"

#include <string>
#include <vector>

#include "lab/statistics/difference.h"

namespace lambent::cli {

struct ComparisonRow {
    std::uint32_t memory_mb = 0;
    StartKind kind = StartKind::kWarm;
    std::size_t time = 0;  // see kTimes
    std::size_t calls_before = 0;
    std::size_t calls_after = 0;
    lab::Difference difference;

    bool is_total() const { return time >= kPhases.size(); }
};

// How a measurement differs from an earlier one of the same function: every kind of start at every
// memory size that both have, phase by phase. The significance is corrected for the number of rows.
struct Comparison {
    std::vector<ComparisonRow> rows;
    std::vector<std::string> cautions;  // what else differs: machine, code, plan

    // A total is, not a phase alone: what one phase lost another may have won.
    bool is_slower() const;
};

Comparison compare(const Measurement& before, const Measurement& after);

}  // namespace lambent::cli
