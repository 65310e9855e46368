#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lambent::api::lambda {

// Nothing when `text` is one JSON value in valid UTF-8, nested at most 1,000 deep; else what is
// wrong and where. Builds no values: this runs before every invocation, up to 6 MB at a time.
std::optional<std::string> json_fault(std::string_view text);

}  // namespace lambent::api::lambda
