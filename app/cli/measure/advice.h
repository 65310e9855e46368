#pragma once

#include "app/cli/measure/samples.h"

#include <optional>
#include <string>

namespace lambent::cli {

// What a sweep over memory sizes teaches: where calls are cheapest, where they are fastest, and the
// smallest size that is not seen to be slower than that (by lab::compare, so that chance does not
// choose). Speaks of warm calls when there are any. Nothing for a single size.
std::optional<std::string> memory_advice(const Measurement& measurement);

}  // namespace lambent::cli
