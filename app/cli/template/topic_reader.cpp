#include "app/cli/template/topic_reader.h"

#include "app/cli/template/plain_json.h"

#include <algorithm>
#include <array>

namespace lambent::cli {
namespace {

bool is_topic_attribute(std::string_view name) {
    constexpr std::array<std::string_view, 6> kNames{
        "DisplayName",
        "FifoTopic",
        "ContentBasedDeduplication",
        "FifoThroughputScope",
        "SignatureVersion",
        "TracingConfig"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool changes_nothing(std::string_view name) {
    constexpr std::array<std::string_view, 5> kNames{
        "KmsMasterKeyId", "Tags", "DeliveryStatusLogging", "DataProtectionPolicy", "Region"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_fifo_topic(const YAML::Node& properties) {
    return properties && properties["FifoTopic"] &&
           properties["FifoTopic"].as<std::string>("") == "true";
}

// A map becomes the JSON text that SNS wants; a text stays one.
Result<std::string> json_text(const std::string& name, const YAML::Node& node, const Scope& scope) {
    const bool is_map = node.IsMap() && intrinsic_of(node).first.empty();
    return is_map ? plain_json(node, scope) : scope.text(node, name);
}

}  // namespace

Result<bool> read_subscription_attribute(
    const std::string& name,
    const YAML::Node& value,
    const Scope& scope,
    std::map<std::string, std::string>& attributes
) {
    if (name == "FilterPolicy" || name == "RedrivePolicy") {
        LAMBENT_TRY(attributes[name], json_text(name, value, scope));
        return true;
    }
    if (name == "FilterPolicyScope" || name == "RawMessageDelivery") {
        LAMBENT_TRY(attributes[name], scope.text(value, name));
        return true;
    }
    return false;
}

void TopicReader::note(const YAML::Node& key, const std::string& id) {
    notes_.push_back(
        scope_.place_of(key) + ": " + key.as<std::string>("") + " of " + id + " has no effect here"
    );
}

Result<std::string> TopicReader::name_of(
    const std::string& id, const std::string& stack, const YAML::Node& resource
) const {
    const YAML::Node properties = resource["Properties"];
    if (properties && properties["TopicName"]) {
        return scope_.text(properties["TopicName"], "TopicName");
    }
    return stack + "-" + id + (is_fifo_topic(properties) ? ".fifo" : "");
}

Result<TemplateTopic> TopicReader::read_topic(
    const TemplateTopic& named,
    const YAML::Node& resource,
    std::vector<TemplateSubscription>& subscriptions
) {
    TemplateTopic topic = named;
    for (const auto& entry : resource["Properties"]) {
        const auto property = entry.first.as<std::string>("");
        if (property == "Subscription") {
            for (const YAML::Node& one : entry.second) {
                LAMBENT_TRY(TemplateSubscription own, read_own(topic, one));
                subscriptions.push_back(std::move(own));
            }
        } else if (is_topic_attribute(property)) {
            LAMBENT_TRY(topic.attributes[property], scope_.text(entry.second, property));
        } else if (changes_nothing(property)) {
            note(entry.first, topic.logical_id);
        } else if (property != "TopicName") {
            return scope_.error_at(
                entry.first, property + " is not supported yet (" + kTopicType + ")"
            );
        }
    }
    return topic;
}

Result<TemplateSubscription> TopicReader::read_own(
    const TemplateTopic& topic, const YAML::Node& entry
) const {
    if (!entry.IsMap() || !entry["Endpoint"] || !entry["Protocol"]) {
        return scope_.error_at(entry, "Subscription is a list of Endpoint and Protocol");
    }
    TemplateSubscription subscription;
    subscription.id = topic.logical_id;
    subscription.topic_arn = topic.arn;
    LAMBENT_TRY(subscription.endpoint, scope_.text(entry["Endpoint"], "Endpoint"));
    LAMBENT_TRY(subscription.protocol, scope_.text(entry["Protocol"], "Protocol"));
    return subscription;
}

Result<TemplateSubscription> TopicReader::read_subscription(
    const std::string& id, const YAML::Node& resource
) {
    const YAML::Node properties = resource["Properties"];
    if (!properties || !properties["TopicArn"] || !properties["Protocol"] ||
        !properties["Endpoint"]) {
        return scope_.error_at(resource, id + " needs TopicArn, Protocol and Endpoint");
    }
    TemplateSubscription subscription;
    subscription.id = id;
    LAMBENT_TRY(subscription.topic_arn, scope_.text(properties["TopicArn"], "TopicArn"));
    LAMBENT_TRY(subscription.protocol, scope_.text(properties["Protocol"], "Protocol"));
    LAMBENT_TRY(subscription.endpoint, scope_.text(properties["Endpoint"], "Endpoint"));
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        if (name == "TopicArn" || name == "Protocol" || name == "Endpoint") {
            continue;
        }
        LAMBENT_TRY(
            const bool is_attribute,
            read_subscription_attribute(name, entry.second, scope_, subscription.attributes)
        );
        if (!is_attribute && !changes_nothing(name)) {
            return scope_.error_at(
                entry.first, name + " is not supported yet (" + kSubscriptionType + ")"
            );
        }
        if (!is_attribute) {
            note(entry.first, id);
        }
    }
    return subscription;
}

}  // namespace lambent::cli
