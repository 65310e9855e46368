#include "api/lambda/operations.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

namespace {

constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyMax = 128;
constexpr std::size_t kTagValueMax = 256;
constexpr std::int64_t kRetriesMax = 2;
constexpr std::int64_t kEventAgeMinS = 60;
constexpr std::int64_t kEventAgeMaxS = 21'600;

const std::string kAnyRevision;

using Tags = std::map<std::string, std::string>;

// Applies `change` and makes it hold for every later invocation.
Task<Answer<runtime::FunctionPtr>> apply(
    const Call& call, runtime::FunctionPtr function, runtime::FunctionChange change
) {
    auto changed = co_await call.ports.functions.update_configuration(
        function->name, std::move(change), kAnyRevision
    );
    if (changed.has_error()) {
        co_return from_error(changed.error(), function->arn(call.config.region));
    }
    call.ports.retire(function->name);
    co_return std::move(changed).value();
}

Answer<Tags> tags_with(const nlohmann::json& body, Tags tags) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    const auto added = fields.text_map("Tags");
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!added) {
        constraints.must_not_be_null("tags");
        return validation_failed(constraints.message());
    }
    for (const auto& [key, value] : *added) {
        if (key.empty() || key.size() > kTagKeyMax || value.size() > kTagValueMax) {
            return invalid_parameter("Tag keys have 1-128 characters, tag values at most 256.");
        }
        tags.insert_or_assign(key, value);
    }
    if (tags.size() > kTagsMax) {
        return invalid_parameter("Number of tags exceeds resource tag limit.");
    }
    return tags;
}

Tags tags_without(const http::QueryItems& query, Tags tags) {
    for (const auto& [name, value] : query) {
        if (name == "tagKeys") {
            tags.erase(value);
        }
    }
    return tags;
}

http::Response event_invoke_response(const Call& call, const runtime::Function& function) {
    const double seconds = static_cast<double>(unix_ms(function.last_modified)) / 1000.0;
    const nlohmann::json body = {
        {"FunctionArn", function.arn(call.config.region) + ":$LATEST"},
        {"MaximumRetryAttempts", function.retry_attempts_max},
        {"MaximumEventAgeInSeconds", function.event_age_max_s},
        {"DestinationConfig",
         {{"OnSuccess", nlohmann::json::object()}, {"OnFailure", nlohmann::json::object()}}},
        {"LastModified", seconds},
    };
    return json_response(200, body);
}

Answer<runtime::FunctionChange> read_event_invoke(const nlohmann::json& body, bool replaces) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    const runtime::Function defaults;
    runtime::FunctionChange change;
    if (replaces) {
        change.retry_attempts_max = defaults.retry_attempts_max;
        change.event_age_max_s = defaults.event_age_max_s;
    }
    if (const auto retries = fields.number("MaximumRetryAttempts")) {
        constraints.range("maximumRetryAttempts", *retries, 0, kRetriesMax);
        change.retry_attempts_max = static_cast<std::uint32_t>(*retries);
    }
    if (const auto age = fields.number("MaximumEventAgeInSeconds")) {
        constraints.range("maximumEventAgeInSeconds", *age, kEventAgeMinS, kEventAgeMaxS);
        change.event_age_max_s = static_cast<std::uint32_t>(*age);
    }
    auto destinations = fields.object("DestinationConfig");
    const auto names_one = [&destinations](std::string_view when) {
        auto one = destinations->object(when);
        return one && !one->text("Destination").value_or("").empty();
    };
    const bool has_destination = destinations && (names_one("OnSuccess") || names_one("OnFailure"));
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    if (has_destination) {
        return invalid_parameter("Destinations are not supported by lambent yet.");
    }
    return change;
}

}  // namespace

Served tags(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    if (call.operation == Operation::kListTags) {
        const nlohmann::json body = {{"Tags", function->tags}};
        co_return json_response(200, body);
    }
    runtime::FunctionChange change;
    if (call.operation == Operation::kTagResource) {
        LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
        LAMBENT_CO_TRY(change.tags, tags_with(body, function->tags));
    } else {
        change.tags = tags_without(call.request.query, function->tags);
    }
    LAMBENT_CO_TRY(co_await apply(call, function, std::move(change)));
    co_return no_content();
}

Served event_invoke_config(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    if (call.operation == Operation::kGetEventInvokeConfig) {
        co_return event_invoke_response(call, *function);
    }
    const bool deletes = call.operation == Operation::kDeleteEventInvokeConfig;
    const bool replaces = call.operation != Operation::kUpdateEventInvokeConfig;
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(runtime::FunctionChange change, read_event_invoke(body, replaces));
    LAMBENT_CO_TRY(
        const runtime::FunctionPtr changed, co_await apply(call, function, std::move(change))
    );
    co_return deletes ? no_content() : event_invoke_response(call, *changed);
}

}  // namespace lambent::api::lambda
