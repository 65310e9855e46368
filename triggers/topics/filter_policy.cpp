#include "triggers/topics/filter_policy.h"

#include "base/json_depth.h"

#include <utility>

namespace lambent::triggers {
namespace {

using nlohmann::json;

constexpr std::size_t kKeysMax = 5;
constexpr double kCombinationsMax = 150;
constexpr char kEither[] = "$or";

Error policy_fault(std::string reason) {
    return Error(
        Code::kInvalidArgument, "subscription_attribute", "FilterPolicy: " + std::move(reason)
    );
}

json value_of(const TopicAttribute& attribute) {
    if (attribute.type == "String.Array") {
        if (auto list = parse_shallow_json(attribute.value)) {
            return *std::move(list);
        }
    }
    if (attribute.type == "Number" || attribute.type.starts_with("Number.")) {
        json number = json::parse(attribute.value, nullptr, false);
        if (number.is_number()) {
            return number;
        }
    }
    return attribute.value;
}

std::size_t keys_of(const json& policy) {
    std::size_t keys = 0;
    for (const auto& [name, value] : policy.items()) {
        if (name != kEither) {
            keys += 1;
            continue;
        }
        for (const json& alternative : value) {
            keys += alternative.is_object() ? keys_of(alternative) : 0;
        }
    }
    return keys;
}

// SNS multiplies how many values each key has, a nested one times its depth; of alternatives each
// counts. A double, which no policy overflows.
double combinations_of(const json& policy, double depth) {
    double product = 1;
    for (const auto& [name, value] : policy.items()) {
        if (name == kEither && value.is_array()) {
            double sum = 0;
            for (const json& alternative : value) {
                sum += alternative.is_object() ? combinations_of(alternative, depth) : 1;
            }
            product *= sum;
        } else if (value.is_object()) {
            product *= combinations_of(value, depth + 1);
        } else if (value.is_array()) {
            product *= static_cast<double>(value.size()) * depth;
        }
    }
    return product;
}

bool is_flat(const json& policy) {
    for (const auto& [name, value] : policy.items()) {
        if (value.is_object()) {
            return false;
        }
        if (name != kEither || !value.is_array()) {
            continue;
        }
        for (const json& alternative : value) {
            if (alternative.is_object() && !is_flat(alternative)) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

// --- What is filtered

const json& FilteredMessage::attributes() {
    if (!attributes_) {
        attributes_ = json::object();
        for (const auto& [name, attribute] : message_.attributes) {
            if (!attribute.type.starts_with("Binary")) {
                (*attributes_)[name] = value_of(attribute);
            }
        }
    }
    return *attributes_;
}

const json* FilteredMessage::body(EndpointProtocol protocol) {
    const auto [place, is_new] = bodies_.try_emplace(protocol);
    std::optional<json>& body = place->second;
    if (is_new) {
        body = parse_shallow_json(message_.body_for(protocol));
        if (body && !body->is_object()) {
            body.reset();
        }
    }
    return body ? &*body : nullptr;
}

// --- What filters

Result<FilterPolicy> FilterPolicy::parse(const std::string& text, FilterScope scope) {
    const auto policy = parse_shallow_json(text);
    if (!policy) {
        return policy_fault("failed to parse JSON.");
    }
    if (!policy->is_object()) {
        return policy_fault("Filter is not an object");
    }
    if (scope == FilterScope::kAttributes && !is_flat(*policy)) {
        return policy_fault(
            "Filter policy scope MessageAttributes does not support nested filter policy"
        );
    }
    auto pattern = EventPattern::parse(text);
    if (pattern.has_error()) {
        return policy_fault(pattern.error().message());
    }
    if (keys_of(*policy) > kKeysMax) {
        return policy_fault("Filter policy can not have more than 5 keys");
    }
    if (combinations_of(*policy, 1) > kCombinationsMax) {
        return policy_fault("Filter policy is too complex");
    }
    return FilterPolicy(*std::move(pattern), scope);
}

bool FilterPolicy::matches(FilteredMessage& message, EndpointProtocol protocol) const {
    if (scope_ == FilterScope::kAttributes) {
        return pattern_.matches(message.attributes());
    }
    const json* const body = message.body(protocol);
    return body != nullptr && pattern_.matches(*body);
}

}  // namespace lambent::triggers
