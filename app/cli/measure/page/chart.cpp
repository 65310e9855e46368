#include "app/cli/measure/page/chart.h"

#include "app/cli/terminal/format.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

std::string units(double value) {
    return fixed(value, 2);
}

Json line_json(const Chart::Line& line) {
    return {
        {"x1", units(line.x1)},
        {"y1", units(line.y1)},
        {"x2", units(line.x2)},
        {"y2", units(line.y2)},
        {"look", line.look},
    };
}

Json box_json(const Chart::Box& box) {
    return {
        {"x", units(box.x)},
        {"y", units(box.y)},
        {"width", units(box.width)},
        {"height", units(box.height)},
        {"look", box.look},
        {"title", box.title},
    };
}

Json trace_json(const Chart::Trace& trace) {
    return {{"path", trace.path}, {"look", trace.look}, {"title", trace.title}};
}

Json dot_json(const Chart::Dot& dot) {
    return {{"x", units(dot.x)}, {"y", units(dot.y)}, {"look", dot.look}, {"title", dot.title}};
}

Json text_json(const Chart::Text& text) {
    return {{"x", units(text.x)}, {"y", units(text.y)}, {"text", text.text}, {"look", text.look}};
}

template <class Mark>
Json all_json(const std::vector<Mark>& marks, Json (*one_json)(const Mark&)) {
    Json all = Json::array();
    for (const Mark& mark : marks) {
        all.push_back(one_json(mark));
    }
    return all;
}

}  // namespace

Json chart_json(const Chart& chart) {
    return {
        {"width", units(chart.width)},
        {"height", units(chart.height)},
        {"title", chart.title},
        {"description", chart.description},
        {"lines", all_json(chart.lines, line_json)},
        {"boxes", all_json(chart.boxes, box_json)},
        {"traces", all_json(chart.traces, trace_json)},
        {"dots", all_json(chart.dots, dot_json)},
        {"texts", all_json(chart.texts, text_json)},
    };
}

}  // namespace lambent::cli
