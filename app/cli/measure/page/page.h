#pragma once

#include "app/cli/measure/comparison.h"
#include "app/cli/measure/samples.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace lambent::cli {

// Everything that the page says, in the order and the words of its template. Without `comparison`
// there is no such chapter.
nlohmann::json page_model(
    const Measurement& measurement, const std::optional<Comparison>& comparison
);

// One HTML document that needs nothing beside itself: no scripts, no fonts, no network.
std::string render_page(
    const Measurement& measurement, const std::optional<Comparison>& comparison
);

// The files of this folder that are built in.
std::string_view page_template();
std::string_view chart_template();
std::string_view page_style();

}  // namespace lambent::cli
