#include "app/cli/measure/page/axis.h"
#include "app/cli/measure/page/figures.h"
#include "app/cli/measure/summary.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/style.h"

#include <algorithm>
#include <limits>

namespace lambent::cli {
namespace {

constexpr double kPlotLeft = 46;
constexpr double kPlotRight = 600;
constexpr double kPlotTop = 12;
constexpr double kPlotBottom = 250;
constexpr double kLegend = 18;  // between its lines
constexpr std::size_t kStepsMax = 400;

struct Curve {
    std::uint32_t memory_mb = 0;
    lab::Sample sorted;
};

std::vector<Curve> curves_of(const Measurement& measurement, StartKind kind) {
    std::vector<Curve> curves;
    for (const SizeMeasurement& size : measurement.sizes) {
        if (const Samples* const samples = size.find(kind)) {
            curves.push_back({size.memory_mb, samples->seen()});
            std::sort(curves.back().sorted.begin(), curves.back().sorted.end());
        }
    }
    return curves;
}

// A staircase: at each time the share of calls that were answered by then. Of very many calls some
// are left out; the first and the last never.
std::string staircase(const lab::Sample& sorted, const Axis& x, const Axis& y) {
    const std::size_t count = sorted.size();
    const std::size_t step = (count + kStepsMax - 1) / kStepsMax;
    std::string path =
        "M" + fixed(x.at(static_cast<double>(sorted.front())), 1) + " " + fixed(y.at(0), 1);
    for (std::size_t i = 0; i < count;
         i += i + step < count ? step : std::max<std::size_t>(count - 1 - i, 1)) {
        const double share = static_cast<double>(i + 1) / static_cast<double>(count);
        path += "H" + fixed(x.at(static_cast<double>(sorted[i])), 1) + "V" + fixed(y.at(share), 1);
    }
    return path + "H" + fixed(kPlotRight, 1);
}

void draw_axes(const Axis& x, const Axis& y, Chart& chart) {
    for (const double tick : x.ticks()) {
        chart.lines.push_back({x.at(tick), kPlotTop, x.at(tick), kPlotBottom, "grid"});
        chart.texts.push_back({x.at(tick), kPlotBottom + 18, tick_us(tick), "tick middle"});
    }
    for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        chart.lines.push_back({kPlotLeft, y.at(share), kPlotRight, y.at(share), "grid"});
        chart.texts.push_back(
            {kPlotLeft - 8, y.at(share) + 4, fixed(share * 100, 0) + " %", "tick right"}
        );
    }
    chart.lines.push_back({kPlotLeft, kPlotBottom, kPlotRight, kPlotBottom, "base"});
}

}  // namespace

Chart spread_chart(const Measurement& measurement, StartKind kind) {
    const Style plain(Colour::kOff, Glyphs::kUnicode, 100);
    const std::vector<Curve> curves = curves_of(measurement, kind);
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    std::int64_t last = 1;
    for (const Curve& curve : curves) {
        first = std::min(first, curve.sorted.front());
        last = std::max(last, curve.sorted.back());
    }
    const Axis x(
        Axis::Kind::kLogarithmic,
        static_cast<double>(first) * 0.95,
        static_cast<double>(last) * 1.05,
        kPlotLeft,
        kPlotRight
    );
    const Axis y(Axis::Kind::kLinear, 0, 1, kPlotBottom, kPlotTop);
    Chart chart;
    chart.height = 280;
    chart.title = "Share of calls answered within a time: " + std::string(title_of(kind));
    draw_axes(x, y, chart);
    double legend = kPlotTop + 10;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const std::string look = "size" + std::to_string(i % 8);
        const std::string name = std::to_string(curves[i].memory_mb) + " MB";
        const std::string median = format_us(lab::quantile(curves[i].sorted, 0.5), plain);
        const std::string p99 = format_us(lab::quantile(curves[i].sorted, 0.99), plain);
        const std::string told = name + ": half within " + median + ", 99 % within " + p99;
        chart.traces.push_back({staircase(curves[i].sorted, x, y), look, told});
        chart.lines.push_back({kPlotRight + 14, legend - 4, kPlotRight + 32, legend - 4, look});
        chart.texts.push_back({kPlotRight + 38, legend, name, "label left"});
        chart.description += told + "; ";
        legend += kLegend;
    }
    return chart;
}

}  // namespace lambent::cli
