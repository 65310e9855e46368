#include "app/cli/measure/page/page.h"

#include <nlohmann/json.hpp>

#include <kainjow/mustache.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;
using kainjow::mustache::data;

data data_of(const Json& value) {
    if (value.is_object()) {
        data object(data::type::object);
        for (const auto& [name, member] : value.items()) {
            object.set(name, data_of(member));
        }
        return object;
    }
    if (value.is_array()) {
        data list(data::type::list);
        for (const Json& entry : value) {
            list.push_back(data_of(entry));
        }
        return list;
    }
    if (value.is_boolean()) {
        return data(value.get<bool>());
    }
    return data(value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

std::string render_page(
    const Measurement& measurement, const std::optional<Comparison>& comparison
) {
    data model = data_of(page_model(measurement, comparison));
    model.set("style", std::string(page_style()));
    const kainjow::mustache::partial chart = [] {
        return std::string(chart_template());
    };
    model.set("chart_svg", data(chart));
    kainjow::mustache::mustache page{std::string(page_template())};
    return page.render(model);
}

}  // namespace lambent::cli
