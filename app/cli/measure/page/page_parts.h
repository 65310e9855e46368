#pragma once

#include "app/cli/measure/comparison.h"
#include "app/cli/measure/samples.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace lambent::cli {

// "1.24 ms"
std::string time_text(double us);

// The parts of the page that are words and numbers, as page_model puts them together.
nlohmann::json facts_json(const Measurement& measurement);
nlohmann::json tiles_json(const std::vector<SizeMeasurement>& sizes);
nlohmann::json tables_json(const Measurement& measurement);
nlohmann::json dropped_rows_json(const std::vector<CachedPart>& dropped);
nlohmann::json comparison_rows_json(const Comparison& comparison);

}  // namespace lambent::cli
