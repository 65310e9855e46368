#pragma once

#include "app/cli/measure/comparison.h"
#include "app/cli/measure/samples.h"
#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace lambent::cli {

// A run as JSON: {"schema": "lambent.measure", "version": 1, …}, with every time of every call and
// the summaries beside them. What reads it takes the samples and reckons again.
nlohmann::ordered_json run_json(const Measurement& measurement);
nlohmann::ordered_json comparison_json(const Comparison& comparison);

// kInvalidArgument for what is no such document, or one of another version.
Result<Measurement> parse_run(const std::string& text);
Result<Measurement> read_run(const std::string& path);

// Also for the HTML page. kUnavailable when it cannot be written.
Result<void> write_text(const std::string& path, const std::string& text);

}  // namespace lambent::cli
