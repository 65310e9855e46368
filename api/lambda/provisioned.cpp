#include "api/lambda/function_reference.h"
#include "api/lambda/operations.h"
#include "api/lambda/page.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace lambent::api::lambda {

namespace {

using scheduler::ProvisionedConfig;
using scheduler::ProvisionedStatus;

Answer<std::uint32_t> read_provisioned_slots(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    const auto slots = fields.number("ProvisionedConcurrentExecutions");
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (slots) {
        constraints.range(
            "provisionedConcurrentExecutions", *slots, 1, std::numeric_limits<std::int32_t>::max()
        );
    } else {
        constraints.must_not_be_null("provisionedConcurrentExecutions");
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    return static_cast<std::uint32_t>(*slots);
}

const char* name_of(ProvisionedStatus::State state) {
    switch (state) {
        case ProvisionedStatus::State::kReady:
            return "READY";
        case ProvisionedStatus::State::kFailed:
            return "FAILED";
        case ProvisionedStatus::State::kInProgress:
            break;
    }
    return "IN_PROGRESS";
}

// "2026-11-21T13:42:44+0000": without the milliseconds of other times.
std::string seconds_of(std::int64_t ms) {
    const std::string time = iso8601_offset(from_unix_ms(ms / 1'000 * 1'000));
    return time.substr(0, time.find('.')) + "+0000";
}

nlohmann::json config_json(const ProvisionedConfig& config, const ProvisionedStatus& status) {
    nlohmann::json body;
    body["RequestedProvisionedConcurrentExecutions"] = config.requested;
    body["AvailableProvisionedConcurrentExecutions"] = status.available;
    body["AllocatedProvisionedConcurrentExecutions"] = status.allocated;
    body["Status"] = name_of(status.state);
    if (!status.reason.empty()) {
        body["StatusReason"] = status.reason;
    }
    body["LastModified"] = seconds_of(config.modified_ms);
    return body;
}

AwsError not_provisioned() {
    return {
        404,
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function"};
}

AwsError conflict(std::string message) {
    return {409, "ResourceConflictException", std::move(message)};
}

// A version and an alias that leads to it may not both be provisioned.
std::optional<AwsError> overlap(const Call& call, const Target& target) {
    const std::string& function = target.function->name;
    const auto is_provisioned = [&](const std::string& qualifier) {
        return call.ports.concurrency.provisioned(function, qualifier).has_value();
    };
    if (const auto alias = call.ports.aliases.find(function, target.qualifier)) {
        if (is_provisioned(alias->version) ||
            (alias->split && is_provisioned(alias->split->version))) {
            return conflict(
                "Alias can't be used for Provisioned Concurrency configuration on an already "
                "Provisioned version"
            );
        }
        return std::nullopt;
    }
    for (const std::string& alias : call.ports.aliases.naming(function, target.qualifier)) {
        if (is_provisioned(alias)) {
            return conflict("Version is pointed by a Provisioned Concurrency alias");
        }
    }
    return std::nullopt;
}

// What can be provisioned: a published version, by its number or through an alias.
Answer<Target> provisionable_target(const Call& call) {
    const auto reference = parse_function_reference(call.subject);
    const auto asked = http::find_item(call.request.query, "Qualifier");
    const bool has_qualifier =
        (asked && !asked->empty()) || (reference && !reference->qualifier.empty());
    if (!has_qualifier) {
        Constraints constraints;
        constraints.must_not_be_null("qualifier");
        return validation_failed(constraints.message());
    }
    LAMBENT_TRY(Target target, named_target(call));
    if (target.function->published_key.empty()) {
        return invalid_parameter(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        );
    }
    return target;
}

Served put(Call call, Target target) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(const std::uint32_t slots, read_provisioned_slots(body));
    if (const auto refused = overlap(call, target)) {
        co_return *refused;
    }
    auto put =
        co_await call.ports.concurrency.provision(target.function->name, target.qualifier, slots);
    if (put.has_error()) {
        co_return from_error(put.error());
    }
    co_return json_response(202, config_json(*put, call.ports.provisioned_status(*put)));
}

}  // namespace

Served provisioned_concurrency(Call call) {
    LAMBENT_CO_TRY(Target target, provisionable_target(call));
    if (call.operation == Operation::kPutProvisioned) {
        co_return co_await put(std::move(call), std::move(target));
    }
    const std::string function = target.function->name;
    const auto config = call.ports.concurrency.provisioned(function, target.qualifier);
    if (call.operation == Operation::kGetProvisioned) {
        if (!config) {
            co_return not_provisioned();
        }
        co_return json_response(200, config_json(*config, call.ports.provisioned_status(*config)));
    }
    auto removed = co_await call.ports.concurrency.unprovision(function, target.qualifier);
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return no_content();
}

Served list_provisioned(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const Page page, read_page(call.request.query));
    nlohmann::json configs = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    std::string last;
    for (const ProvisionedConfig& config : call.ports.concurrency.provisioned(function->name)) {
        if (!page.after.empty() && config.qualifier <= page.after) {
            continue;
        }
        if (configs.size() == page.limit) {
            body["NextMarker"] = marker_after(last);
            break;
        }
        last = config.qualifier;
        nlohmann::json listed = config_json(config, call.ports.provisioned_status(config));
        listed["FunctionArn"] = function->arn(call.config.region) + ":" + config.qualifier;
        configs.push_back(std::move(listed));
    }
    body["ProvisionedConcurrencyConfigs"] = std::move(configs);
    co_return json_response(200, body);
}

}  // namespace lambent::api::lambda
