#include "triggers/patterns/operators.h"
#include "triggers/patterns/text_fold.h"
#include "triggers/patterns/wildcard.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace lambent::triggers {
namespace {

using Json = nlohmann::ordered_json;
using TextTest = std::function<bool(const std::string& text)>;

constexpr const char* kBadOperand =
    "Value of anything-but must be an array or single string/number value.";
constexpr const char* kBadElement =
    "Inside anything but list, start|null|boolean is not supported.";
constexpr const char* kMixed =
    "Inside anything but list, either all values are number or string, mixed type is not supported";

// The elements of a list, or the one value that stands for a list.
std::vector<Json> elements_of(const Json& operand) {
    if (operand.is_array()) {
        return {operand.begin(), operand.end()};
    }
    return {operand};
}

bool is_operand(const Json& value) {
    return value.is_array() || value.is_string() || value.is_number();
}

// Everything but those values: other types than theirs pass as well.
Result<ValueTest> but_values(const Json& operand) {
    std::vector<nlohmann::json> values;
    bool has_text = false;
    bool has_number = false;
    for (const Json& element : elements_of(operand)) {
        if (element.is_number()) {
            LAMBENT_TRY(pattern_number(element));
            has_number = true;
        } else if (element.is_string()) {
            has_text = true;
        } else {
            return pattern_fault(kBadElement);
        }
        values.emplace_back(element);
    }
    if (has_text == has_number) {
        return pattern_fault(kMixed);
    }
    ValueTest test;
    test.accepts = [values = std::move(values)](const nlohmann::json& scalar) {
        return std::find(values.begin(), values.end(), scalar) == values.end();
    };
    return test;
}

const char* text_fault(const std::string& operation) {
    if (operation == "equals-ignore-case") {
        return "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not "
               "supported.";
    }
    return operation == "wildcard" ? "wildcard match pattern must be a string"
                                   : "prefix/suffix match pattern must be a string";
}

Result<TextTest> excluded_text(const std::string& operation, const std::string& text) {
    if (operation == "equals-ignore-case") {
        return TextTest([folded = fold_case(text)](const std::string& value) {
            return fold_case(value) == folded;
        });
    }
    if (operation == "wildcard") {
        LAMBENT_TRY(Wildcard wildcard, Wildcard::parse(text));
        return TextTest([wildcard = std::move(wildcard)](const std::string& value) {
            return wildcard.matches(value);
        });
    }
    if (text.empty()) {
        return pattern_fault("Null prefix/suffix not allowed");
    }
    if (operation == "prefix") {
        return TextTest([text](const std::string& value) { return value.starts_with(text); });
    }
    return TextTest([text](const std::string& value) { return value.ends_with(text); });
}

// {"prefix": "a"}, {"suffix": ["a", "b"]}: everything but texts like these.
Result<ValueTest> but_texts(const Json& operand) {
    if (operand.empty()) {
        return pattern_fault("Anything-But expression name not found");
    }
    const std::string& operation = operand.begin().key();
    const Json& texts = operand.begin().value();
    if (operation != "equals-ignore-case" && operation != "prefix" && operation != "suffix" &&
        operation != "wildcard") {
        return pattern_fault("Unsupported anything-but pattern: " + operation);
    }
    if (!is_operand(texts)) {
        return pattern_fault(kBadOperand);
    }
    std::vector<TextTest> excluded;
    for (const Json& element : elements_of(texts)) {
        if (!element.is_string()) {
            return pattern_fault(text_fault(operation));
        }
        LAMBENT_TRY(TextTest one, excluded_text(operation, element.get<std::string>()));
        excluded.push_back(std::move(one));
    }
    if (operand.size() > 1) {
        return pattern_fault("Too many elements in numeric expression");
    }
    ValueTest test;
    test.accepts = [excluded = std::move(excluded)](const nlohmann::json& scalar) {
        if (!scalar.is_string()) {
            return true;
        }
        const auto& text = scalar.get_ref<const std::string&>();
        return std::none_of(excluded.begin(), excluded.end(), [&](const TextTest& excludes) {
            return excludes(text);
        });
    };
    return test;
}

}  // namespace

Result<ValueTest> read_anything_but(const Json& operand) {
    if (operand.is_object()) {
        return but_texts(operand);
    }
    if (!is_operand(operand)) {
        return pattern_fault(kBadOperand);
    }
    return but_values(operand);
}

}  // namespace lambent::triggers
