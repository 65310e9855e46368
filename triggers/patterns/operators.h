#pragma once

#include "triggers/patterns/value_test.h"

#include <string_view>

namespace lambent::triggers {

// The operators with a grammar of their own. Each takes the operator's operand.

// [">", 0, "<=", 5]
Result<ValueTest> read_numeric(const nlohmann::ordered_json& operand);
// "a", ["a", "b"], [1, 2], {"prefix": "a"}, {"suffix": ["a", "b"]}, …
Result<ValueTest> read_anything_but(const nlohmann::ordered_json& operand);

// A number as patterns may name it: -5e9 to 5e9 with at most six decimals.
Result<double> pattern_number(const nlohmann::ordered_json& value);
// Whether a number of an event is compared as a number at all; it is a mere text otherwise.
bool is_comparable(const nlohmann::json& value);

}  // namespace lambent::triggers
