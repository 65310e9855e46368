#include "triggers/patterns/operators.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <limits>

namespace lambent::triggers {
namespace {

constexpr double kNumberMax = 5e9;
constexpr int kDecimalsMax = 6;

// What a numeric operator admits; ends that are not named are infinite.
struct NumberRange {
    double bottom = -std::numeric_limits<double>::infinity();
    double top = std::numeric_limits<double>::infinity();
    bool with_bottom = true;
    bool with_top = true;

    bool contains(double value) const {
        return (with_bottom ? value >= bottom : value > bottom) &&
               (with_top ? value <= top : value < top);
    }
};

std::string shown(const nlohmann::ordered_json& list, std::size_t index) {
    if (index >= list.size()) {
        return "]";
    }
    return list[index].is_string() ? list[index].get<std::string>() : list[index].dump();
}

// The digits after the point, as the shortest text of the number has them.
int decimals_of(double value) {
    char text[400];
    const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::fixed).ptr;
    const std::string_view written(text, static_cast<std::size_t>(end - text));
    const std::size_t point = written.find('.');
    return point == std::string_view::npos ? 0 : static_cast<int>(written.size() - point - 1);
}

Result<double> number_at(
    const nlohmann::ordered_json& list, std::size_t index, const std::string& operation
) {
    if (index >= list.size() || !list[index].is_number()) {
        return pattern_fault("Value of " + operation + " must be numeric");
    }
    return pattern_number(list[index]);
}

Result<void> nothing_after(const nlohmann::ordered_json& list, std::size_t size) {
    if (list.size() > size) {
        return pattern_fault("Too many elements in numeric expression");
    }
    return {};
}

// The upper end of [">", 0, "<=", 5].
Result<void> read_top(const nlohmann::ordered_json& list, NumberRange& range) {
    if (!list[2].is_string()) {
        return pattern_fault("Bad value in numeric range: " + shown(list, 2));
    }
    const auto operation = list[2].get<std::string>();
    if (operation != "<" && operation != "<=") {
        return pattern_fault("Bad numeric range operator: " + operation);
    }
    LAMBENT_TRY(range.top, number_at(list, 3, operation));
    range.with_top = operation == "<=";
    if (list.size() > 4) {
        return pattern_fault("Too many terms in numeric range expression");
    }
    if (range.bottom >= range.top) {
        return pattern_fault("Bottom must be less than top");
    }
    return {};
}

Result<NumberRange> read_range(const nlohmann::ordered_json& list) {
    if (list.empty() || !list[0].is_string()) {
        return pattern_fault("Invalid member in numeric match: " + shown(list, 0));
    }
    const auto operation = list[0].get<std::string>();
    NumberRange range;
    if (operation == "=") {
        LAMBENT_TRY(range.bottom, number_at(list, 1, "equals"));
        range.top = range.bottom;
        LAMBENT_TRY(nothing_after(list, 2));
    } else if (operation == "<" || operation == "<=") {
        LAMBENT_TRY(range.top, number_at(list, 1, operation));
        range.with_top = operation == "<=";
        LAMBENT_TRY(nothing_after(list, 2));
    } else if (operation == ">" || operation == ">=") {
        LAMBENT_TRY(range.bottom, number_at(list, 1, operation));
        range.with_bottom = operation == ">=";
        if (list.size() > 2) {
            LAMBENT_TRY(read_top(list, range));
        }
    } else {
        return pattern_fault("Unrecognized numeric range operator: " + operation);
    }
    return range;
}

}  // namespace

Result<double> pattern_number(const nlohmann::ordered_json& value) {
    const auto number = value.get<double>();
    if (!(std::abs(number) <= kNumberMax)) {
        return pattern_fault("Value must be between -5.0E9 and 5.0E9, inclusive");
    }
    if (decimals_of(number) > kDecimalsMax) {
        return pattern_fault("Only values upto 6 decimals are supported");
    }
    return number;
}

bool is_comparable(const nlohmann::json& value) {
    return value.is_number() && std::abs(value.get<double>()) <= kNumberMax;
}

Result<ValueTest> read_numeric(const nlohmann::ordered_json& operand) {
    if (!operand.is_array()) {
        return pattern_fault("Value of numeric must be an array.");
    }
    LAMBENT_TRY(const NumberRange range, read_range(operand));
    ValueTest test;
    test.accepts = [range](const nlohmann::json& scalar) {
        return is_comparable(scalar) && range.contains(scalar.get<double>());
    };
    return test;
}

}  // namespace lambent::triggers
