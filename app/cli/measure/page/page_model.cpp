#include "app/cli/measure/advice.h"
#include "app/cli/measure/page/figures.h"
#include "app/cli/measure/page/page.h"
#include "app/cli/measure/page/page_parts.h"
#include "app/cli/measure/summary.h"
#include "app/cli/terminal/format.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

std::string capitalised(std::string_view text) {
    std::string word(text);
    word.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(word.front())));
    return word;
}

Json waterfalls_json(const Measurement& measurement) {
    Json sizes = Json::array();
    for (const SizeMeasurement& size : measurement.sizes) {
        Json charts = Json::array();
        for (const Samples& samples : size.samples) {
            charts.push_back({
                {"name", capitalised(title_of(samples.kind))},
                {"chart", chart_json(waterfall_chart(samples))},
            });
        }
        sizes.push_back({
            {"memory", std::to_string(size.memory_mb) + " MB"},
            {"open", sizes.empty()},
            {"charts", charts},
        });
    }
    return sizes;
}

Json spreads_json(const Measurement& measurement) {
    Json charts = Json::array();
    for (const StartKind kind : kStartKinds) {
        const auto& sizes = measurement.sizes;
        const bool any = std::any_of(sizes.begin(), sizes.end(), [kind](const auto& size) {
            return size.find(kind) != nullptr;
        });
        if (any) {
            charts.push_back({
                {"name", capitalised(title_of(kind))},
                {"chart", chart_json(spread_chart(measurement, kind))},
            });
        }
    }
    return charts;
}

std::vector<SizePoint> time_points(const Measurement& measurement, StartKind kind) {
    std::vector<SizePoint> points;
    for (const SizeMeasurement& size : measurement.sizes) {
        if (const Samples* const samples = size.find(kind)) {
            const Summary seen = summary_of(samples->seen());
            points.push_back(
                {size.memory_mb,
                 static_cast<double>(seen.p50),
                 seen.p50_interval.low,
                 seen.p50_interval.high,
                 time_text(static_cast<double>(seen.p50))}
            );
        }
    }
    return points;
}

std::vector<SizePoint> cost_points(const Measurement& measurement, StartKind kind) {
    std::vector<SizePoint> points;
    for (const SizeMeasurement& size : measurement.sizes) {
        if (const Samples* const samples = size.find(kind)) {
            const double usd = samples->usd_per_million();
            points.push_back({size.memory_mb, usd, usd, usd, "$" + fixed(usd, 2)});
        }
    }
    return points;
}

// The power-tuning picture: what memory buys, and what it costs.
Json tuning_json(const Measurement& measurement) {
    Json charts = Json::array();
    if (measurement.sizes.size() < 2) {
        return charts;
    }
    for (const StartKind kind : kStartKinds) {
        const std::string name = capitalised(title_of(kind));
        if (const auto points = time_points(measurement, kind); !points.empty()) {
            charts.push_back({{"chart", chart_json(size_chart(name + ", median", points))}});
        }
        if (const auto points = cost_points(measurement, kind); !points.empty()) {
            const std::string title = "A million of these calls, in US dollars: " + name;
            Chart chart = size_chart(title, points);
            chart.title = "Cost of a million: " + std::string(title_of(kind));
            charts.push_back({{"chart", chart_json(chart)}});
        }
    }
    return charts;
}

Json remarks_json(const std::vector<std::string>& remarks) {
    Json all = Json::array();
    for (const std::string& remark : remarks) {
        all.push_back({{"remark", remark}});
    }
    return all;
}

}  // namespace

Json page_model(const Measurement& measurement, const std::optional<Comparison>& comparison) {
    const Json tuning = tuning_json(measurement);
    const std::vector<std::string> remarks = remarks_on(measurement);
    Json model{
        {"function", measurement.plan.function},
        {"facts", facts_json(measurement)},
        {"tiles", tiles_json(measurement.sizes)},
        {"waterfalls", waterfalls_json(measurement)},
        {"spreads", spreads_json(measurement)},
        {"has_tuning", !tuning.empty()},
        {"tuning", tuning},
        {"advice", memory_advice(measurement).value_or("")},
        {"tables", tables_json(measurement)},
        {"has_dropped", !measurement.dropped.empty()},
        {"dropped", dropped_rows_json(measurement.dropped)},
        {"has_comparison", comparison.has_value()},
        {"has_remarks", !remarks.empty()},
        {"remarks", remarks_json(remarks)},
    };
    if (comparison) {
        model["comparison"] = {
            {"rows", comparison_rows_json(*comparison)},
            {"cautions", remarks_json(comparison->cautions)},
        };
    }
    return model;
}

}  // namespace lambent::cli
