#pragma once

#include "app/cli/measure/comparison.h"
#include "app/cli/measure/samples.h"
#include "app/cli/terminal/style.h"

#include <string>

namespace lambent::cli {

// For the terminal: what every kind of start takes and costs at every memory size and, when there
// is but one size, all phases.
std::string render_measurement(const Measurement& measurement, const Style& style);
std::string render_comparison(const Comparison& comparison, const Style& style);

}  // namespace lambent::cli
