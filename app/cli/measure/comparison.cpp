#include "app/cli/measure/comparison.h"

#include "app/cli/measure/summary.h"

#include <algorithm>
#include <utility>

namespace lambent::cli {
namespace {

bool same_machine(MachineFacts one, MachineFacts other) {
    one.load = other.load = 0;
    return one == other;
}

std::vector<std::string> cautions_of(const Measurement& before, const Measurement& after) {
    std::vector<std::string> cautions;
    const auto say = [&cautions](bool differs, const char* what) {
        if (differs) {
            cautions.emplace_back(what);
        }
    };
    say(before.plan.function != after.plan.function, "The runs measured different functions.");
    say(!same_machine(before.machine, after.machine), "The machines or their systems differ.");
    say(before.machine.is_busy() || after.machine.is_busy(),
        "The machine was busy with other things: a difference may be theirs.");
    say(before.runtime != after.runtime, "The runtimes differ.");
    say(before.plan.payload != after.plan.payload, "The events differ.");
    say(before.plan.page_cache != after.plan.page_cache,
        "One run dropped the page cache, the other did not.");
    say(before.plan.idle != after.plan.idle, "The idle times differ.");
    return cautions;
}

void add_rows(
    const Samples& before,
    const Samples& after,
    ComparisonRow row,
    std::vector<ComparisonRow>& rows,
    std::vector<lab::Pair>& pairs
) {
    row.kind = after.kind;
    row.calls_before = before.count();
    row.calls_after = after.count();
    for (const std::size_t time : times_shown({before, after})) {
        row.time = time;
        rows.push_back(row);
        pairs.push_back({before.times_us.at(time), after.times_us.at(time)});
    }
}

}  // namespace

bool Comparison::is_slower() const {
    return std::any_of(rows.begin(), rows.end(), [](const ComparisonRow& row) {
        return row.is_total() && row.difference.verdict == lab::Verdict::kSlower;
    });
}

Comparison compare(const Measurement& before, const Measurement& after) {
    Comparison comparison;
    comparison.cautions = cautions_of(before, after);
    std::vector<lab::Pair> pairs;
    for (const SizeMeasurement& size : after.sizes) {
        ComparisonRow row;
        row.memory_mb = size.memory_mb;
        for (const Samples& samples : size.samples) {
            if (const Samples* const old = before.find(size.memory_mb, samples.kind)) {
                add_rows(*old, samples, row, comparison.rows, pairs);
            }
        }
    }
    if (pairs.empty()) {
        comparison.cautions.emplace_back(
            "The runs have no memory size and kind of start in common: nothing to compare."
        );
    }
    const auto differences = lab::compare(std::move(pairs), after.plan.seed);
    for (std::size_t i = 0; i < differences.size(); ++i) {
        comparison.rows[i].difference = differences[i];
    }
    return comparison;
}

}  // namespace lambent::cli
