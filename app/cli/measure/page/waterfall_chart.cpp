#include "app/cli/measure/page/axis.h"
#include "app/cli/measure/page/figures.h"
#include "app/cli/measure/summary.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/style.h"

#include <algorithm>

namespace lambent::cli {
namespace {

constexpr double kLabelsEnd = 140;
constexpr double kBarsEnd = 610;
constexpr double kRow = 26;
constexpr double kBar = 16;
constexpr double kBarMin = 1.5;  // or it could not be seen

const Style kPlain(Colour::kOff, Glyphs::kUnicode, 100);

struct Row {
    std::string label;
    std::string look;
    double begin = 0;
    double length = 0;
};

std::string look_of(PhaseOwner owner) {
    switch (owner) {
        case PhaseOwner::kRuntime:
            return "runtime";
        case PhaseOwner::kFunction:
            return "function";
        case PhaseOwner::kPlatform:
            break;
    }
    return "platform";
}

std::vector<Row> rows_of(const Samples& samples) {
    std::vector<Row> rows;
    double end = 0;
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        const auto median = static_cast<double>(summary_of(samples.times_us.at(i)).p50);
        if (median > 0) {
            const PhaseKind& phase = kPhases.at(i);
            rows.push_back({std::string(phase.label), look_of(phase.owner), end, median});
            end += median;
        }
    }
    const Summary seen = summary_of(samples.seen());
    rows.push_back(
        {std::string(time_label(kSeenByClient)), "client", 0, static_cast<double>(seen.p50)}
    );
    return rows;
}

}  // namespace

std::string tick_us(double us) {
    const double ms = us / 1'000;
    if (us < 1'000) {
        return fixed(us, 0) + " µs";
    }
    return ms < 1'000 ? fixed(ms, ms < 10 && ms != static_cast<int>(ms) ? 1 : 0) + " ms"
                      : fixed(ms / 1'000, 1) + " s";
}

Chart waterfall_chart(const Samples& samples) {
    const std::vector<Row> rows = rows_of(samples);
    double last = 1;
    for (const Row& row : rows) {
        last = std::max(last, row.begin + row.length);
    }
    const Axis axis(Axis::Kind::kLinear, 0, last, kLabelsEnd, kBarsEnd);
    Chart chart;
    chart.title = "Where the median " + std::string(title_of(samples.kind)) + " spends its time";
    chart.height = kRow * static_cast<double>(rows.size()) + 24;
    const double floor = chart.height - 18;
    for (const double tick : axis.ticks()) {
        chart.lines.push_back({axis.at(tick), 4, axis.at(tick), floor, "grid"});
        chart.texts.push_back({axis.at(tick), chart.height - 4, tick_us(tick), "tick middle"});
    }
    double y = 4;
    for (const Row& row : rows) {
        const std::string time = format_us(static_cast<std::int64_t>(row.length), kPlain);
        const double x = axis.at(row.begin);
        const double width = std::max(axis.at(row.begin + row.length) - x, kBarMin);
        chart.texts.push_back({kLabelsEnd - 10, y + kRow / 2 + 4, row.label, "label right"});
        chart.boxes.push_back(
            {x, y + (kRow - kBar) / 2, width, kBar, row.look, row.label + ": " + time}
        );
        chart.texts.push_back({x + width + 6, y + kRow / 2 + 4, time, "value left"});
        chart.description += row.label + " " + time + "; ";
        y += kRow;
    }
    return chart;
}

}  // namespace lambent::cli
