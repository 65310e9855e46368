#include "app/cli/template/function_reader.h"

#include <algorithm>
#include <array>

// How a function is run: alias, concurrency, asynchronous events, dead letters.
namespace lambent::cli {

Result<void> FunctionReader::read_operation(const YAML::Node& own, TemplateFunction& function)
    const {
    FunctionOperation& operation = function.operation;
    const std::array<std::pair<const char*, std::string*>, 3> texts{{
        {"AutoPublishAlias", &operation.alias},
        {"VersionDescription", &operation.version_description},
        {"RecursiveLoop", &operation.recursive_loop},
    }};
    for (const auto& [name, value] : texts) {
        if (const YAML::Node node = property(own, name)) {
            LAMBENT_TRY(*value, scope_.text(node, name));
        }
    }
    if (const YAML::Node node = property(own, "ReservedConcurrentExecutions")) {
        LAMBENT_TRY(operation.reserved_slots, scope_.number(node, "ReservedConcurrentExecutions"));
    }
    if (const YAML::Node node = property(own, "ProvisionedConcurrencyConfig")) {
        LAMBENT_TRY(operation.provisioned_slots, read_provisioned(node, operation));
    }
    if (const YAML::Node node = property(own, "EventInvokeConfig")) {
        LAMBENT_TRY(operation.async, read_event_invoke(node));
    }
    if (const YAML::Node node = property(own, "DeadLetterQueue")) {
        LAMBENT_TRY(function.settings.dead_letter_arn, read_dead_letters(node));
    }
    return {};
}

Result<std::uint32_t> FunctionReader::read_provisioned(
    const YAML::Node& node, const FunctionOperation& operation
) const {
    constexpr char kSlots[] = "ProvisionedConcurrentExecutions";
    LAMBENT_TRY(check_members(node, "ProvisionedConcurrencyConfig", {kSlots}));
    if (operation.alias.empty()) {
        return scope_.error_at(node, "ProvisionedConcurrencyConfig needs an AutoPublishAlias");
    }
    if (!node[kSlots]) {
        return scope_.error_at(node, std::string("ProvisionedConcurrencyConfig has no ") + kSlots);
    }
    return scope_.number(node[kSlots], kSlots);
}

Result<AsyncSettings> FunctionReader::read_event_invoke(const YAML::Node& node) const {
    constexpr char kAge[] = "MaximumEventAgeInSeconds";
    constexpr char kRetries[] = "MaximumRetryAttempts";
    LAMBENT_TRY(check_members(node, "EventInvokeConfig", {kAge, kRetries, "DestinationConfig"}));
    AsyncSettings settings;
    if (node[kAge]) {
        LAMBENT_TRY(settings.age_max_s, scope_.number(node[kAge], kAge));
    }
    if (node[kRetries]) {
        LAMBENT_TRY(settings.retries_max, scope_.number(node[kRetries], kRetries));
    }
    const YAML::Node told = node["DestinationConfig"];
    if (!told) {
        return settings;
    }
    LAMBENT_TRY(check_members(told, "DestinationConfig", {"OnSuccess", "OnFailure"}));
    if (told["OnSuccess"]) {
        LAMBENT_TRY(settings.on_success, read_destination(told["OnSuccess"]));
    }
    if (told["OnFailure"]) {
        LAMBENT_TRY(settings.on_failure, read_destination(told["OnFailure"]));
    }
    return settings;
}

// SAM would make a queue or topic where none is named: then its name would be nobody's choice.
Result<std::string> FunctionReader::read_destination(const YAML::Node& node) const {
    LAMBENT_TRY(check_members(node, "OnSuccess and OnFailure", {"Type", "Destination"}));
    if (!node["Destination"]) {
        return scope_.error_at(
            node, "a Destination is needed: the ARN of a queue, topic, function, bus or bucket"
        );
    }
    return scope_.text(node["Destination"], "Destination");
}

Result<std::string> FunctionReader::read_dead_letters(const YAML::Node& node) const {
    LAMBENT_TRY(check_members(node, "DeadLetterQueue", {"Type", "TargetArn"}));
    if (!node["TargetArn"]) {
        return scope_.error_at(node, "DeadLetterQueue needs a TargetArn");
    }
    return scope_.text(node["TargetArn"], "TargetArn");
}

Result<void> FunctionReader::check_members(
    const YAML::Node& node, const char* of, const std::vector<std::string_view>& known
) const {
    if (!node.IsMap()) {
        return scope_.error_at(node, std::string(of) + " must be names with values");
    }
    for (const auto& entry : node) {
        const auto name = entry.first.as<std::string>("");
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return scope_.error_at(entry.first, name + " is not a property of " + of);
        }
    }
    return {};
}

}  // namespace lambent::cli
