#include "app/cli/measure/text_report.h"

#include "app/cli/measure/advice.h"
#include "app/cli/measure/summary.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/table.h"

#include <cmath>

namespace lambent::cli {
namespace {

std::string us_of(double us, const Style& style) {
    return format_us(std::llround(us), style);
}

// "1.20 … 1.31 ms" without a unit that both ends share.
std::string interval_of(const lab::Interval& interval, const Style& style) {
    std::string low = us_of(interval.low, style);
    const std::string high = us_of(interval.high, style);
    const std::size_t unit = low.rfind(' ');
    if (high.ends_with(low.substr(unit))) {
        low.resize(unit);
    }
    return low + std::string(style.pick(" – ", " - ")) + high;
}

std::string overview(const Measurement& measurement, const Style& style) {
    Table table({
        {"MEMORY", Align::kRight},
        {"START", Align::kLeft},
        {"CALLS", Align::kRight},
        {"p50", Align::kRight},
        {"95 % INTERVAL", Align::kRight},
        {"p90", Align::kRight},
        {"p99", Align::kRight},
        {"USD/MILLION", Align::kRight},
    });
    for (const SizeMeasurement& size : measurement.sizes) {
        for (const Samples& samples : size.samples) {
            const Summary seen = summary_of(samples.seen());
            table.add_row({
                std::to_string(size.memory_mb) + " MB",
                std::string(title_of(samples.kind)),
                std::to_string(samples.count()),
                format_us(seen.p50, style),
                interval_of(seen.p50_interval, style),
                format_us(seen.p90, style),
                format_us(seen.p99, style),
                "$" + fixed(samples.usd_per_million(), 2),
            });
        }
    }
    return table.render(style);
}

std::string phases(const SizeMeasurement& size, const Style& style) {
    std::vector<Column> columns{{"PHASE", Align::kLeft}};
    for (const Samples& samples : size.samples) {
        columns.push_back({"  " + std::string(key_of(samples.kind)) + " p50", Align::kRight});
        columns.push_back({"p90", Align::kRight});
        columns.push_back({"p99", Align::kRight});
    }
    Table table(std::move(columns));
    for (const std::size_t time : times_shown(size.samples)) {
        std::vector<std::string> cells{std::string(time_label(time))};
        for (const Samples& samples : size.samples) {
            const Summary summary = summary_of(samples.times_us.at(time));
            for (const std::int64_t value : {summary.p50, summary.p90, summary.p99}) {
                cells.push_back(format_us(value, style));
            }
        }
        table.add_row(std::move(cells));
    }
    return table.render(style);
}

Paint paint_of(lab::Verdict verdict) {
    switch (verdict) {
        case lab::Verdict::kFaster:
            return Paint::kGreen;
        case lab::Verdict::kSlower:
            return Paint::kRed;
        case lab::Verdict::kNoDifferenceSeen:
            break;
    }
    return Paint::kDim;
}

// Totals always; phases when they differ.
bool is_shown(const ComparisonRow& row) {
    return row.is_total() || row.difference.verdict != lab::Verdict::kNoDifferenceSeen;
}

std::string signed_us(double us, const Style& style) {
    const std::string_view sign = us < 0 ? style.pick("−", "-") : "+";
    return std::string(us == 0 ? "" : sign) + us_of(std::abs(us), style);
}

}  // namespace

std::string render_measurement(const Measurement& measurement, const Style& style) {
    std::string text = style.paint(Paint::kBold, measurement.plan.function) +
                       ", as its caller saw it\n\n" + overview(measurement, style);
    if (measurement.sizes.size() == 1) {
        text += "\n" + phases(measurement.sizes.front(), style);
    }
    if (const auto advice = memory_advice(measurement)) {
        text += "\n" + *advice + "\n";
    }
    for (const std::string& remark : remarks_on(measurement)) {
        text += "\n" + remark;
    }
    return text + (text.back() == '\n' ? "" : "\n");
}

std::string render_comparison(const Comparison& comparison, const Style& style) {
    Table table({
        {"MEMORY", Align::kRight},
        {"START", Align::kLeft},
        {"TIME", Align::kLeft},
        {"BEFORE", Align::kRight},
        {"AFTER", Align::kRight},
        {"DIFFERENCE", Align::kRight},
        {"p", Align::kRight},
        {"VERDICT", Align::kLeft},
    });
    for (const ComparisonRow& row : comparison.rows) {
        const lab::Difference& difference = row.difference;
        if (is_shown(row)) {
            table.add_row({
                std::to_string(row.memory_mb) + " MB",
                std::string(key_of(row.kind)),
                std::string(time_label(row.time)),
                us_of(difference.median_before, style),
                us_of(difference.median_after, style),
                signed_us(difference.of_median(), style),
                difference.p_value < 0.001 ? "< 0.001" : fixed(difference.p_value, 3),
                style.paint(paint_of(difference.verdict), lab::to_string(difference.verdict)),
            });
        }
    }
    std::string text = "\nmedians beside the earlier run's\n\n" +
                       (table.empty() ? std::string() : table.render(style));
    for (const std::string& caution : comparison.cautions) {
        text += caution + "\n";
    }
    return text;
}

}  // namespace lambent::cli
