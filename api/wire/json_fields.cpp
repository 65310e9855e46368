#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace lambent::api {

namespace {

// What AWS calls the token that a value of this type begins with.
std::string token_name(const nlohmann::json& value) {
    switch (value.type()) {
        case nlohmann::json::value_t::string:
            return "STRING_VALUE";
        case nlohmann::json::value_t::boolean:
            return value.get<bool>() ? "TRUE_VALUE" : "FALSE_VALUE";
        case nlohmann::json::value_t::number_float:
            return "DECIMAL_VALUE";
        default:
            return "NUMBER_VALUE";
    }
}

}  // namespace

JsonFields::JsonFields(const nlohmann::json& object, std::string& fault)
    : object_(object), fault_(fault) {}

bool JsonFields::has(std::string_view name) const {
    return find(name) != nullptr;
}

std::optional<std::string> JsonFields::text(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        refuse(*value, "a String");
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::optional<std::int64_t> JsonFields::number(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const bool fits = value->is_number_integer() &&
                      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= kMax);
    if (!fits) {
        refuse(*value, "an Integer");
        return std::nullopt;
    }
    return value->get<std::int64_t>();
}

std::optional<double> JsonFields::decimal(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_number()) {
        refuse(*value, "a Double");
        return std::nullopt;
    }
    return value->get<double>();
}

bool JsonFields::flag(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return false;
    }
    if (!value->is_boolean()) {
        refuse(*value, "a Boolean");
        return false;
    }
    return value->get<bool>();
}

std::optional<std::vector<std::string>> JsonFields::texts(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_array()) {
        refuse(*value, "a List");
        return std::nullopt;
    }
    std::vector<std::string> items;
    for (const nlohmann::json& item : *value) {
        if (!item.is_string()) {
            refuse(item, "a String");
            return std::nullopt;
        }
        items.push_back(item.get<std::string>());
    }
    return items;
}

std::optional<std::map<std::string, std::string>> JsonFields::text_map(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        refuse(*value, "a Map");
        return std::nullopt;
    }
    std::map<std::string, std::string> items;
    for (const auto& [key, item] : value->items()) {
        if (!item.is_string()) {
            refuse(item, "a String");
            return std::nullopt;
        }
        items.emplace(key, item.get<std::string>());
    }
    return items;
}

std::optional<std::map<std::string, double>> JsonFields::decimal_map(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        refuse(*value, "a Map");
        return std::nullopt;
    }
    std::map<std::string, double> items;
    for (const auto& [key, item] : value->items()) {
        if (!item.is_number()) {
            refuse(item, "a Double");
            return std::nullopt;
        }
        items.emplace(key, item.get<double>());
    }
    return items;
}

std::optional<JsonFields> JsonFields::object(std::string_view name) {
    const nlohmann::json* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        refuse(*value, "a Structure");
        return std::nullopt;
    }
    return JsonFields(*value, fault_);
}

const nlohmann::json* JsonFields::find(std::string_view name) const {
    if (!object_.is_object()) {
        return nullptr;
    }
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::refuse(const nlohmann::json& value, std::string_view wanted) {
    if (!fault_.empty()) {
        return;
    }
    if (value.is_object()) {
        fault_ = "Start of structure or map found where not expected.";
    } else if (value.is_array()) {
        fault_ = "Start of list found where not expected";
    } else {
        fault_ = token_name(value) + " can not be converted to " + std::string(wanted);
    }
}

}  // namespace lambent::api
