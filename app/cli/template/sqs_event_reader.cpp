#include "app/cli/template/function_reader.h"

#include <algorithm>
#include <array>

// The "Events" of type SQS: what becomes an event source mapping.
namespace lambent::cli {
namespace {

constexpr std::array<std::string_view, 7> kProperties{
    "Queue",
    "BatchSize",
    "Enabled",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "ScalingConfig",
};

}  // namespace

Result<SqsTrigger> FunctionReader::read_sqs_event(
    const std::string& id, const YAML::Node& properties
) const {
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        if (std::find(kProperties.begin(), kProperties.end(), name) == kProperties.end()) {
            return scope_.error_at(entry.first, name + " is not a property of an SQS event");
        }
    }
    if (!properties["Queue"]) {
        return scope_.error_at(properties, "event " + id + " needs Queue");
    }
    SqsTrigger trigger;
    trigger.id = id;
    LAMBENT_TRY(trigger.queue_arn, scope_.text(properties["Queue"], "Queue"));
    if (const YAML::Node node = properties["BatchSize"]) {
        LAMBENT_TRY(trigger.batch_size, scope_.number(node, "BatchSize"));
    }
    if (const YAML::Node node = properties["MaximumBatchingWindowInSeconds"]) {
        LAMBENT_TRY(trigger.window_s, scope_.number(node, "MaximumBatchingWindowInSeconds"));
    }
    if (const YAML::Node node = properties["Enabled"]) {
        LAMBENT_TRY(const std::string text, scope_.text(node, "Enabled"));
        trigger.enabled = text == "true" || text == "True";
    }
    if (const YAML::Node node = properties["FunctionResponseTypes"]) {
        LAMBENT_TRY(trigger.response_types, scope_.texts(node, "FunctionResponseTypes"));
    }
    if (const YAML::Node node = properties["ScalingConfig"]; node && node["MaximumConcurrency"]) {
        LAMBENT_TRY(
            trigger.concurrency_max, scope_.number(node["MaximumConcurrency"], "MaximumConcurrency")
        );
    }
    LAMBENT_TRY(trigger.filters, read_patterns(properties["FilterCriteria"]));
    return trigger;
}

Result<std::vector<std::string>> FunctionReader::read_patterns(const YAML::Node& criteria) const {
    std::vector<std::string> patterns;
    if (!criteria) {
        return patterns;
    }
    const YAML::Node filters = criteria["Filters"];
    if (!filters || !filters.IsSequence()) {
        return scope_.error_at(criteria, "FilterCriteria is written Filters: - Pattern");
    }
    for (const YAML::Node& filter : filters) {
        LAMBENT_TRY(std::string pattern, scope_.text(filter["Pattern"], "Pattern"));
        patterns.push_back(std::move(pattern));
    }
    return patterns;
}

}  // namespace lambent::cli
