#include "app/cli/template/plain_json.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson scalar_json(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    const bool is_plain = node.Tag() != "!" && node.Tag() != "tag:yaml.org,2002:str";
    if (!is_plain) {
        return text;
    }
    const OrderedJson parsed = OrderedJson::parse(text, nullptr, false);
    const bool is_value = parsed.is_number() || parsed.is_boolean() || parsed.is_null();
    return is_value ? parsed : OrderedJson(text);
}

Result<OrderedJson> json_of_node(const YAML::Node& node, const Scope& scope) {
    if (!intrinsic_of(node).first.empty()) {
        LAMBENT_TRY(std::string text, scope.text(node, "the value"));
        return OrderedJson(std::move(text));
    }
    if (node.IsMap()) {
        OrderedJson object = OrderedJson::object();
        for (const auto& entry : node) {
            const auto key = entry.first.as<std::string>("");
            LAMBENT_TRY(object[key], json_of_node(entry.second, scope));
        }
        return object;
    }
    if (node.IsSequence()) {
        OrderedJson array = OrderedJson::array();
        for (const YAML::Node& item : node) {
            LAMBENT_TRY(OrderedJson value, json_of_node(item, scope));
            array.push_back(std::move(value));
        }
        return array;
    }
    return node.IsScalar() ? scalar_json(node) : OrderedJson();
}

}  // namespace

Result<std::string> plain_json(const YAML::Node& node, const Scope& scope) {
    LAMBENT_TRY(const OrderedJson json, json_of_node(node, scope));
    return json.dump();
}

}  // namespace lambent::cli
