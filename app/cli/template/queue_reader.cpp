#include "app/cli/template/queue_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace lambent::cli {
namespace {

struct Attribute {
    std::string_view property;
    const char* name;  // as SQS calls it
};

// Those whose values are single texts.
constexpr std::array kAttributes{
    Attribute{"VisibilityTimeout", "VisibilityTimeout"},
    Attribute{"DelaySeconds", "DelaySeconds"},
    Attribute{"MaximumMessageSize", "MaximumMessageSize"},
    Attribute{"MessageRetentionPeriod", "MessageRetentionPeriod"},
    Attribute{"ReceiveMessageWaitTimeSeconds", "ReceiveMessageWaitTimeSeconds"},
    Attribute{"FifoQueue", "FifoQueue"},
    Attribute{"ContentBasedDeduplication", "ContentBasedDeduplication"},
    Attribute{"DeduplicationScope", "DeduplicationScope"},
    Attribute{"FifoThroughputLimit", "FifoThroughputLimit"},
};

bool has_no_effect(std::string_view name) {
    constexpr std::array<std::string_view, 4> kNames{
        "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled", "Tags"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_true(const YAML::Node& node) {
    return node && node.as<std::string>("") == "true";
}

}  // namespace

Result<std::string> QueueReader::name_of(
    const std::string& id, const std::string& stack, const YAML::Node& resource
) const {
    const YAML::Node properties = resource["Properties"];
    if (properties && properties["QueueName"]) {
        return scope_.text(properties["QueueName"], "QueueName");
    }
    const bool fifo = properties && is_true(properties["FifoQueue"]);
    return stack + "-" + id + (fifo ? ".fifo" : "");
}

Result<TemplateQueue> QueueReader::read(
    const std::string& id, const std::string& name, const YAML::Node& resource
) {
    TemplateQueue queue;
    queue.logical_id = id;
    queue.name = name;
    for (const auto& entry : resource["Properties"]) {
        LAMBENT_TRY(read_property(entry.first, entry.second, queue));
    }
    return queue;
}

Result<void> QueueReader::read_property(
    const YAML::Node& key, const YAML::Node& value, TemplateQueue& queue
) {
    const auto property = key.as<std::string>("");
    if (property == "QueueName") {
        return {};
    }
    if (property == "RedrivePolicy" || property == "RedriveAllowPolicy") {
        LAMBENT_TRY(queue.attributes[property], policy_text(value, property));
        return {};
    }
    const auto known = std::find_if(kAttributes.begin(), kAttributes.end(), [&](const auto& one) {
        return one.property == property;
    });
    if (known != kAttributes.end()) {
        LAMBENT_TRY(queue.attributes[known->name], scope_.text(value, property));
        return {};
    }
    if (!has_no_effect(property)) {
        return scope_.error_at(key, property + " is not supported yet (" + kType + ")");
    }
    notes_.push_back(
        scope_.place_of(key) + ": " + property + " of " + queue.logical_id + " has no effect here"
    );
    return {};
}

// A map of names with values becomes the JSON text that SQS wants.
Result<std::string> QueueReader::policy_text(const YAML::Node& node, const std::string& name)
    const {
    if (!node.IsMap() || !intrinsic_of(node).first.empty()) {
        return scope_.text(node, name);
    }
    nlohmann::json policy = nlohmann::json::object();
    for (const auto& entry : node) {
        const auto key = entry.first.as<std::string>("");
        if (key == "maxReceiveCount") {
            LAMBENT_TRY(policy[key], scope_.number(entry.second, key));
        } else if (entry.second.IsSequence()) {
            LAMBENT_TRY(policy[key], scope_.texts(entry.second, key));
        } else {
            LAMBENT_TRY(policy[key], scope_.text(entry.second, key));
        }
    }
    return policy.dump();
}

}  // namespace lambent::cli
