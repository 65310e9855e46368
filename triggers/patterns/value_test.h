#pragma once

#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace lambent::triggers {

// One element of a pattern's array: what a single value of the event must be.
struct ValueTest {
    std::function<bool(const nlohmann::json& scalar)> accepts;
    bool accepts_absence = false;  // {"exists": false}: that there is no value
};

// Why a pattern is refused, in EventBridge's words.
Error pattern_fault(std::string reason);

// An exact value, or an object with one operator.
Result<ValueTest> read_value_test(const nlohmann::ordered_json& element);

// A test that only texts can pass.
ValueTest text_test(std::function<bool(const std::string& text)> accepts);

}  // namespace lambent::triggers
