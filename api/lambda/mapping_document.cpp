#include "api/lambda/mapping_document.h"

#include "api/lambda/function_reference.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"
#include "runtime/functions/function.h"

#include <nlohmann/json.hpp>

#include <array>

namespace lambent::api::lambda {
namespace {

using triggers::MappingChange;

constexpr std::size_t kPatternMax = 4'096;
constexpr char kReportsFailures[] = "ReportBatchItemFailures";

// What streams and brokers have and queues have not.
constexpr std::array kNotOfQueues{
    "StartingPosition",
    "StartingPositionTimestamp",
    "ParallelizationFactor",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "SelfManagedEventSource",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
};
constexpr std::array kNotYet{
    "KMSKeyArn", "MetricsConfig", "ProvisionedPollerConfig", "LoggingConfig", "Tags"};

bool says_something(const nlohmann::json& body, const char* name) {
    const auto found = body.find(name);
    return found != body.end() && !found->is_null() && !(found->is_structured() && found->empty());
}

Answer<void> check_names(const nlohmann::json& body) {
    for (const char* name : kNotOfQueues) {
        if (says_something(body, name)) {
            const std::string shown =
                std::string(name).starts_with("StartingPosition") ? "StartingPosition" : name;
            return invalid_parameter(shown + " is not valid for SQS event sources.");
        }
    }
    for (const char* name : kNotYet) {
        if (says_something(body, name)) {
            return invalid_parameter(
                std::string(name) + " of event source mappings is not supported by lambent yet."
            );
        }
    }
    return {};
}

// {"Filters": [{"Pattern": "…"}]}; whatever is empty means: no filter.
std::optional<std::vector<std::string>> read_filters(
    const nlohmann::json& body, std::string& fault, Constraints& constraints
) {
    const auto criteria = body.find("FilterCriteria");
    if (criteria == body.end() || criteria->is_null()) {
        return std::nullopt;
    }
    std::vector<std::string> patterns;
    if (!criteria->is_object()) {
        fault = "Unexpected value for FilterCriteria: an object was expected";
        return patterns;
    }
    const auto filters = criteria->find("Filters");
    if (filters == criteria->end() || filters->is_null()) {
        return patterns;
    }
    for (const nlohmann::json& filter : *filters) {
        const auto pattern = filter.is_object() ? filter.find("Pattern") : filter.end();
        if (!filter.is_object() || pattern == filter.end() || !pattern->is_string()) {
            fault = "Unexpected value for Filters: a list of patterns was expected";
            return patterns;
        }
        patterns.push_back(pattern->get<std::string>());
        constraints.length(
            "filterCriteria.filters." + std::to_string(patterns.size()) + ".member.pattern",
            patterns.back(),
            0,
            kPatternMax
        );
    }
    return patterns;
}

void read_numbers(JsonFields& fields, Constraints& constraints, MappingChange& change) {
    if (const auto size = fields.number("BatchSize")) {
        constraints.range("batchSize", *size, 1, 10'000);
        change.batch_size = static_cast<std::uint32_t>(*size);
    }
    if (const auto window = fields.number("MaximumBatchingWindowInSeconds")) {
        constraints.range("maximumBatchingWindowInSeconds", *window, 0, 300);
        change.window = std::chrono::seconds(*window);
    }
    if (auto scaling = fields.object("ScalingConfig")) {
        change.concurrency_max = std::optional<std::uint32_t>();
        if (const auto concurrency = scaling->number("MaximumConcurrency")) {
            constraints.range("scalingConfig.maximumConcurrency", *concurrency, 2, 1'000);
            change.concurrency_max = static_cast<std::uint32_t>(*concurrency);
        }
    }
}

Answer<MappingChange> read_settings(const nlohmann::json& body, const std::string& region) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    MappingChange change;
    const auto function = fields.text("FunctionName");
    if (fields.has("Enabled")) {
        change.enabled = fields.flag("Enabled");
    }
    read_numbers(fields, constraints, change);
    change.filters = read_filters(body, fault, constraints);
    if (const auto types = fields.texts("FunctionResponseTypes")) {
        for (const std::string& type : *types) {
            constraints.one_of("functionResponseTypes", type, {kReportsFailures});
        }
        change.reports_failures = !types->empty();
    }
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    LAMBENT_TRY(check_names(body));
    if (function) {
        LAMBENT_TRY(change.function, read_mapped_function(*function, region));
    }
    return change;
}

}  // namespace

Answer<std::string> read_mapped_function(const std::string& text, const std::string& region) {
    const auto reference = parse_function_reference(text);
    if (!reference) {
        Constraints constraints;
        constraints.pattern("functionName", text, false, kFunctionNamePattern);
        return validation_failed(constraints.message());
    }
    const bool elsewhere =
        (!reference->region.empty() && reference->region != region) ||
        (!reference->account.empty() && reference->account != runtime::kAccountId);
    if (elsewhere) {
        return invalid_parameter("Function does not exist");
    }
    return reference->qualifier.empty() ? reference->name
                                        : reference->name + ":" + reference->qualifier;
}

Answer<MappingChange> read_mapping_change(const nlohmann::json& body, const std::string& region) {
    return read_settings(body, region);
}

Answer<triggers::MappingSettings> read_mapping(
    const nlohmann::json& body, const std::string& region
) {
    std::string fault;
    JsonFields fields(body, fault);
    const auto source = fields.text("EventSourceArn");
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!fields.has("FunctionName")) {
        Constraints constraints;
        constraints.must_not_be_null("functionName");
        return validation_failed(constraints.message());
    }
    LAMBENT_TRY(const MappingChange change, read_settings(body, region));
    if (!source || !source->starts_with("arn:aws:sqs:")) {
        return invalid_parameter("Unrecognized event source.");
    }
    triggers::MappingSettings settings = change.applied_to(triggers::MappingSettings());
    settings.source_arn = *source;
    return settings;
}

nlohmann::json mapping_json(
    const triggers::EventSourceMapping& mapping, const std::string& region
) {
    const triggers::MappingSettings& settings = mapping.settings;
    nlohmann::json types = nlohmann::json::array();
    if (settings.reports_failures) {
        types.push_back(kReportsFailures);
    }
    nlohmann::json body = {
        {"UUID", mapping.uuid},
        {"EventSourceMappingArn",
         "arn:aws:lambda:" + region + ":" + runtime::kAccountId +
             ":event-source-mapping:" + mapping.uuid},
        {"EventSourceArn", settings.source_arn},
        {"FunctionArn", runtime::function_arn(region, settings.function)},
        {"BatchSize", settings.batch_size},
        {"MaximumBatchingWindowInSeconds", settings.window.count()},
        {"FunctionResponseTypes", std::move(types)},
        {"State", to_string(mapping.state)},
        {"StateTransitionReason", "USER_INITIATED"},
        {"LastModified", static_cast<double>(mapping.modified_ms) / 1000.0},
    };
    if (!settings.filters.empty()) {
        nlohmann::json filters = nlohmann::json::array();
        for (const std::string& pattern : settings.filters) {
            filters.push_back({{"Pattern", pattern}});
        }
        body["FilterCriteria"]["Filters"] = std::move(filters);
    }
    if (settings.concurrency_max) {
        body["ScalingConfig"]["MaximumConcurrency"] = *settings.concurrency_max;
    }
    return body;
}

}  // namespace lambent::api::lambda
