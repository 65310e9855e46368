#include "app/cli/measure/page/axis.h"
#include "app/cli/measure/page/figures.h"
#include "app/cli/terminal/format.h"

#include <algorithm>

namespace lambent::cli {
namespace {

constexpr double kWidth = 340;
constexpr double kHeight = 220;
constexpr double kPanelLeft = 30;
constexpr double kPanelRight = 310;
constexpr double kPanelTop = 30;
constexpr double kPanelBottom = 184;

// The whisker of an interval, when it can be told from its point.
void draw_interval(const SizePoint& point, double x, const Axis& y, Chart& chart) {
    constexpr double kCap = 4;
    const double low = y.at(point.low);
    const double high = y.at(point.high);
    if (low - high < 2) {
        return;
    }
    chart.lines.push_back({x, low, x, high, "whisker"});
    chart.lines.push_back({x - kCap, low, x + kCap, low, "whisker"});
    chart.lines.push_back({x - kCap, high, x + kCap, high, "whisker"});
}

}  // namespace

Chart size_chart(const std::string& title, const std::vector<SizePoint>& points) {
    double last = 0;
    for (const SizePoint& point : points) {
        last = std::max({last, point.value, point.high});
    }
    const Axis y(Axis::Kind::kLinear, 0, last * 1.1, kPanelBottom, kPanelTop);
    Chart chart;
    chart.width = kWidth;
    chart.height = kHeight;
    chart.title = title;
    chart.lines.push_back({kPanelLeft, kPanelBottom, kPanelRight, kPanelBottom, "base"});
    const double step =
        (kPanelRight - kPanelLeft) / static_cast<double>(std::max<std::size_t>(points.size(), 1));
    std::string path;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const SizePoint& point = points[i];
        const double x = kPanelLeft + step * (static_cast<double>(i) + 0.5);
        const double top = y.at(point.value);
        const std::string memory = std::to_string(point.memory_mb) + " MB";
        path += (i == 0 ? "M" : "L") + fixed(x, 1) + " " + fixed(top, 1);
        draw_interval(point, x, y, chart);
        chart.dots.push_back({x, top, "", memory + ": " + point.label});
        chart.texts.push_back(
            {x, y.at(std::max(point.high, point.value)) - 9, point.label, "value middle"}
        );
        chart.texts.push_back({x, kPanelBottom + 18, memory, "tick middle"});
        chart.description += memory + " " + point.label + "; ";
    }
    chart.traces.push_back({path, "trend", title});
    return chart;
}

}  // namespace lambent::cli
