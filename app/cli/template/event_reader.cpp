#include "app/cli/template/function_reader.h"

#include <algorithm>
#include <array>

// The "Events" of a function: the part of FunctionReader that knows triggers.
namespace lambent::cli {
namespace {

constexpr std::array<std::string_view, 9> kEventTypes{
    "S3",
    "SQS",
    "SNS",
    "Api",
    "HttpApi",
    "Schedule",
    "ScheduleV2",
    "EventBridgeRule",
    "CloudWatchEvent"};

}  // namespace

Result<void> FunctionReader::read_events(const YAML::Node& events, TemplateFunction& function)
    const {
    for (const auto& entry : events) {
        const auto id = entry.first.as<std::string>("");
        const YAML::Node type = entry.second["Type"];
        const YAML::Node properties = entry.second["Properties"];
        const std::string name = type ? type.as<std::string>("") : "(none)";
        if (std::find(kEventTypes.begin(), kEventTypes.end(), name) == kEventTypes.end()) {
            return scope_.error_at(
                entry.first,
                "event " + id + " of type " + name +
                    " is not supported yet; S3, SQS, SNS, Api, HttpApi, Schedule, "
                    "ScheduleV2, EventBridgeRule and CloudWatchEvent are"
            );
        }
        if (name == "HttpApi") {  // without properties it is for all requests
            LAMBENT_TRY(read_http_event(entry.first, properties, function));
            continue;
        }
        if (!properties) {
            return scope_.error_at(entry.first, "event " + id + " has no Properties");
        }
        LAMBENT_TRY(read_event(name, id, properties, function));
    }
    return {};
}

Result<void> FunctionReader::read_event(
    const std::string& type,
    const std::string& id,
    const YAML::Node& properties,
    TemplateFunction& function
) const {
    if (type == "S3") {
        LAMBENT_TRY(S3Trigger trigger, read_s3_event(id, properties));
        function.triggers.push_back(std::move(trigger));
        return {};
    }
    if (type == "SQS") {
        LAMBENT_TRY(SqsTrigger trigger, read_sqs_event(id, properties));
        function.queue_triggers.push_back(std::move(trigger));
        return {};
    }
    if (type == "SNS") {
        LAMBENT_TRY(TemplateSubscription trigger, read_sns_event(id, properties));
        function.topic_triggers.push_back(std::move(trigger));
        return {};
    }
    if (type == "Api") {
        return read_api_event(id, properties, function);
    }
    if (type == "ScheduleV2") {
        return read_schedule_event(id, properties, function);
    }
    return read_rule_event(type, id, properties, function);
}

Result<S3Trigger> FunctionReader::read_s3_event(const std::string& id, const YAML::Node& properties)
    const {
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        if (name != "Bucket" && name != "Events" && name != "Filter") {
            return scope_.error_at(entry.first, name + " is not a property of an S3 event");
        }
    }
    if (!properties["Bucket"] || !properties["Events"]) {
        return scope_.error_at(properties, "event " + id + " needs Bucket and Events");
    }
    S3Trigger trigger;
    trigger.id = id;
    LAMBENT_TRY(trigger.bucket_id, bucket_id(properties["Bucket"]));
    LAMBENT_TRY(trigger.events, scope_.texts(properties["Events"], "Events"));
    if (properties["Filter"]) {
        LAMBENT_TRY(read_filter(properties["Filter"], trigger));
    }
    return trigger;
}

Result<std::string> FunctionReader::bucket_id(const YAML::Node& node) const {
    const auto [function, argument] = intrinsic_of(node);
    const std::string id = function == "Ref" ? argument.as<std::string>("") : "";
    const bool known = std::any_of(buckets_.begin(), buckets_.end(), [&](const auto& bucket) {
        return bucket.logical_id == id;
    });
    if (!known) {
        return scope_.error_at(
            node, "Bucket must be a !Ref to an AWS::S3::Bucket of this template, as in SAM"
        );
    }
    return id;
}

Result<void> FunctionReader::read_filter(const YAML::Node& filter, S3Trigger& trigger) const {
    const YAML::Node rules = filter["S3Key"] ? filter["S3Key"]["Rules"] : YAML::Node();
    if (!rules || !rules.IsSequence()) {
        return scope_.error_at(filter, "Filter is written S3Key: Rules: - Name, Value");
    }
    for (const YAML::Node& rule : rules) {
        LAMBENT_TRY(const std::string name, scope_.text(rule["Name"], "Name"));
        LAMBENT_TRY(const std::string value, scope_.text(rule["Value"], "Value"));
        if (name == "prefix") {
            trigger.prefix = value;
        } else if (name == "suffix") {
            trigger.suffix = value;
        } else {
            return scope_.error_at(rule, "a filter rule's Name is prefix or suffix, not " + name);
        }
    }
    return {};
}

}  // namespace lambent::cli
