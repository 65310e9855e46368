#include "app/cli/measure/page/page_parts.h"

#include "app/cli/measure/summary.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/style.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

std::string interval_text(const lab::Interval& interval) {
    std::string low = time_text(interval.low);
    const std::string high = time_text(interval.high);
    const std::size_t unit = low.rfind(' ');
    if (high.ends_with(low.substr(unit))) {
        low.resize(unit);
    }
    return low + " – " + high;
}

std::string signed_text(double us) {
    const char* const sign = us < 0 ? "−" : us > 0 ? "+" : "";
    return sign + time_text(std::abs(us));
}

std::string machine_text(const MachineFacts& machine) {
    return machine.processor + ", " + count_of(machine.processors, "processor") + ", " +
           format_bytes(machine.memory_bytes) + "; " + machine.system + ", Linux " +
           machine.kernel + "; load " + fixed(machine.load, 2) + " when it began";
}

Json fact(const char* name, const std::string& value) {
    return {{"name", name}, {"value", value}};
}

Json times_row_json(const Samples& samples, std::size_t time) {
    const Summary summary = summary_of(samples.times_us.at(time));
    return {
        {"label", time_label(time)},
        {"is_total", time >= kPhases.size()},
        {"p50", time_text(static_cast<double>(summary.p50))},
        {"p50_interval", interval_text(summary.p50_interval)},
        {"p90", time_text(static_cast<double>(summary.p90))},
        {"p99", time_text(static_cast<double>(summary.p99))},
        {"p99_interval", interval_text(summary.p99_interval)},
    };
}

}  // namespace

std::string time_text(double us) {
    return format_us(std::llround(us), Style(Colour::kOff, Glyphs::kUnicode, 100));
}

Json facts_json(const Measurement& measurement) {
    Json facts = Json::array();
    facts.push_back(
        fact("Measured", measurement.began + ", in " + fixed(measurement.seconds, 0) + " s")
    );
    facts.push_back(fact("Runtime", measurement.runtime));
    facts.push_back(fact("Code (SHA-256)", measurement.code_sha256));
    facts.push_back(fact("Machine", machine_text(measurement.machine)));
    facts.push_back(fact(
        "Page cache",
        measurement.plan.page_cache == PageCache::kDropped
            ? "dropped before each cold start"
            : "warm: the daemon had read the files before"
    ));
    if (measurement.plan.idle.count() > 0) {
        const double idle_us = 1e3 * static_cast<double>(measurement.plan.idle.count());
        facts.push_back(fact("Idle", time_text(idle_us) + " before each call after idle"));
    }
    facts.push_back(fact("Command", command_of(measurement.plan)));
    return facts;
}

// Of the first memory size: what a newcomer looks at first.
Json tiles_json(const std::vector<SizeMeasurement>& sizes) {
    Json tiles = Json::array();
    if (sizes.empty()) {
        return tiles;
    }
    for (const Samples& samples : sizes.front().samples) {
        const Summary seen = summary_of(samples.seen());
        tiles.push_back({
            {"name", title_of(samples.kind)},
            {"median", time_text(static_cast<double>(seen.p50))},
            {"interval", interval_text(seen.p50_interval)},
            {"p99", time_text(static_cast<double>(seen.p99))},
            {"memory", std::to_string(sizes.front().memory_mb) + " MB"},
            {"calls", count_of(samples.count(), "call")},
        });
    }
    return tiles;
}

Json tables_json(const Measurement& measurement) {
    Json tables = Json::array();
    for (const SizeMeasurement& size : measurement.sizes) {
        for (const Samples& samples : size.samples) {
            Json rows = Json::array();
            for (const std::size_t time : times_shown({samples})) {
                rows.push_back(times_row_json(samples, time));
            }
            tables.push_back({
                {"name", title_of(samples.kind)},
                {"memory", std::to_string(size.memory_mb) + " MB"},
                {"calls", count_of(samples.count(), "call")},
                {"cost", "$" + fixed(samples.usd_per_million(), 2)},
                {"rows", rows},
            });
        }
    }
    return tables;
}

Json dropped_rows_json(const std::vector<CachedPart>& dropped) {
    Json rows = Json::array();
    for (const CachedPart& part : dropped) {
        rows.push_back({
            {"part", part.part},
            {"path", part.path},
            {"size", format_bytes(part.bytes)},
            {"before", format_bytes(part.cached_before)},
            {"after", format_bytes(part.cached_after)},
        });
    }
    return rows;
}

Json comparison_rows_json(const Comparison& comparison) {
    Json rows = Json::array();
    for (const ComparisonRow& row : comparison.rows) {
        const lab::Difference& difference = row.difference;
        const bool seen = difference.verdict != lab::Verdict::kNoDifferenceSeen;
        rows.push_back({
            {"memory", std::to_string(row.memory_mb) + " MB"},
            {"kind", title_of(row.kind)},
            {"label", time_label(row.time)},
            {"is_total", row.is_total()},
            {"before", time_text(difference.median_before)},
            {"after", time_text(difference.median_after)},
            {"difference", signed_text(difference.of_median())},
            {"interval",
             signed_text(difference.of_medians.low) + " … " +
                 signed_text(difference.of_medians.high)},
            {"p", difference.p_value < 0.001 ? "< 0.001" : fixed(difference.p_value, 3)},
            {"verdict", lab::to_string(difference.verdict)},
            {"look", seen ? lab::to_string(difference.verdict) : "same"},
        });
    }
    return rows;
}

}  // namespace lambent::cli
