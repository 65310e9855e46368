#include "api/lambda/function_reference.h"
#include "api/lambda/operations.h"
#include "api/lambda/page.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"
#include "scheduler/async/async_settings.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

// Retries and destinations of asynchronous invocations: the event invoke configuration.
namespace lambent::api::lambda {

namespace {

using scheduler::EventInvokeConfig;

constexpr std::int64_t kEventAgeMinS = 60;
constexpr std::size_t kDestinationMax = 350;
constexpr char kDestinationPattern[] =
    "^$|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+"
    "-\\d{1})?:(\\d{12})?:(.*)";

struct Arn {
    std::string service;
    std::string region;
    std::string account;
    std::string resource;
};

std::optional<Arn> parse_arn(std::string_view text) {
    std::vector<std::string> parts;
    for (int i = 0; i < 5; ++i) {
        const auto colon = text.find(':');
        if (colon == std::string_view::npos) {
            return std::nullopt;
        }
        parts.emplace_back(text.substr(0, colon));
        text.remove_prefix(colon + 1);
    }
    const bool has_account = parts[4].empty() || (parts[4].size() == 12 && is_digits(parts[4]));
    if (parts[0] != "arn" || !parts[1].starts_with("aws") || parts[2].empty() || !has_account) {
        return std::nullopt;
    }
    return Arn{parts[2], parts[3], parts[4], std::string(text)};
}

// What a request says; what it leaves out is not set.
struct EventInvokeChange {
    std::optional<std::uint32_t> retries_max;
    std::optional<std::uint32_t> age_max_s;
    bool has_destinations = false;
    std::string on_success;
    std::string on_failure;
};

std::string read_destination(
    std::optional<JsonFields>& destinations, const char* when, Constraints& constraints
) {
    auto one = destinations->object(when);
    std::string arn = one ? one->text("Destination").value_or("") : "";
    if (!arn.empty()) {
        const std::string field =
            std::string("destinationConfig.") +
            (when == std::string_view("OnSuccess") ? "onSuccess" : "onFailure") + ".destination";
        constraints.length(field, arn, 0, kDestinationMax);
        constraints.pattern(field, arn, parse_arn(arn).has_value(), kDestinationPattern);
    }
    return arn;
}

Answer<EventInvokeChange> read_event_invoke(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    EventInvokeChange change;
    if (const auto retries = fields.number("MaximumRetryAttempts")) {
        constraints.range("maximumRetryAttempts", *retries, 0, EventInvokeConfig::kRetriesMax);
        change.retries_max = static_cast<std::uint32_t>(*retries);
    }
    if (const auto age = fields.number("MaximumEventAgeInSeconds")) {
        constraints.range(
            "maximumEventAgeInSeconds", *age, kEventAgeMinS, EventInvokeConfig::kAgeMaxS
        );
        change.age_max_s = static_cast<std::uint32_t>(*age);
    }
    if (auto destinations = fields.object("DestinationConfig")) {
        change.has_destinations = true;
        change.on_success = read_destination(destinations, "OnSuccess", constraints);
        change.on_failure = read_destination(destinations, "OnFailure", constraints);
    }
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    if (!change.retries_max && !change.age_max_s && !change.has_destinations) {
        return invalid_parameter(
            "You must specify at least one of error handling or destination setting."
        );
    }
    return change;
}

// --- Destinations

std::string part_of(const char* name, const std::string& arn) {
    return arn.empty() ? "null" : std::string(name) + "(destination=" + arn + ")";
}

AwsError invalid_destinations(const EventInvokeChange& change) {
    return invalid_parameter(
        "The provided destination config DestinationConfig(onSuccess=" +
        part_of("OnSuccess", change.on_success) +
        ", onFailure=" + part_of("OnFailure", change.on_failure) + ") is invalid."
    );
}

std::optional<AwsError> refused_function(
    const Call& call, const std::string& function, const std::string& arn
) {
    const auto named = parse_function_reference(arn);
    if (!named) {
        return invalid_parameter("The destination ARN " + arn + " is invalid.");
    }
    if (named->name == function) {
        return invalid_parameter("You can't specify the function as a destination for itself.");
    }
    const std::string reference =
        named->qualifier.empty() ? named->name : named->name + ":" + named->qualifier;
    if (call.ports.find_function(reference) == nullptr) {
        return invalid_parameter("The destination ARN " + arn + " is invalid.");
    }
    return std::nullopt;
}

enum class When { kSuccess, kFailure };

std::optional<AwsError> refused_destination(
    const Call& call, const std::string& function, const EventInvokeChange& change, When when
) {
    const std::string& arn = when == When::kSuccess ? change.on_success : change.on_failure;
    const auto target = parse_arn(arn);
    if (!target) {
        return std::nullopt;  // there is none
    }
    const bool is_fifo = target->resource.ends_with(".fifo");
    if (target->service == "sns" && is_fifo) {
        return invalid_parameter("FIFO-type Amazon SNS topics aren't supported as a destination.");
    }
    if (target->service == "lambda") {
        return refused_function(call, function, arn);
    }
    const bool is_message = (target->service == "sqs" || target->service == "sns") && !is_fifo;
    const bool is_bus = target->service == "events" && target->resource.starts_with("event-bus/");
    const bool is_bucket = target->service == "s3" && when == When::kFailure &&
                           target->region.empty() && target->account.empty() &&
                           target->resource.find('/') == std::string::npos;
    if (is_message || is_bus || is_bucket) {
        return std::nullopt;
    }
    return invalid_destinations(change);
}

// --- Answers

nlohmann::json destination_json(const std::string& arn) {
    nlohmann::json one = nlohmann::json::object();
    if (!arn.empty()) {
        one["Destination"] = arn;
    }
    return one;
}

nlohmann::json event_invoke_json(const Call& call, const EventInvokeConfig& config) {
    nlohmann::json body;
    body["FunctionArn"] =
        runtime::function_arn(call.config.region, config.function) + ":" + config.qualifier;
    body["LastModified"] = static_cast<double>(config.modified_ms) / 1000.0;
    if (config.retries_max) {
        body["MaximumRetryAttempts"] = *config.retries_max;
    }
    if (config.age_max_s) {
        body["MaximumEventAgeInSeconds"] = *config.age_max_s;
    }
    body["DestinationConfig"]["OnSuccess"] = destination_json(config.on_success);
    body["DestinationConfig"]["OnFailure"] = destination_json(config.on_failure);
    return body;
}

AwsError no_event_invoke_config(const Call& call, const EventInvokeConfig& named) {
    return {
        404,
        "ResourceNotFoundException",
        "The function " + runtime::function_arn(call.config.region, named.function) + ":" +
            named.qualifier + " doesn't have an EventInvokeConfig"};
}

EventInvokeConfig changed(EventInvokeConfig config, const EventInvokeChange& change) {
    if (change.retries_max) {
        config.retries_max = change.retries_max;
    }
    if (change.age_max_s) {
        config.age_max_s = change.age_max_s;
    }
    if (change.has_destinations) {
        config.on_success = change.on_success;
        config.on_failure = change.on_failure;
    }
    return config;
}

Served write_event_invoke(Call call, EventInvokeConfig config) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(const EventInvokeChange change, read_event_invoke(body));
    for (const When when : {When::kSuccess, When::kFailure}) {
        if (const auto refused = refused_destination(call, config.function, change, when)) {
            co_return *refused;
        }
    }
    EventInvokeConfig wanted = changed(std::move(config), change);
    auto put = co_await call.ports.async_settings.put(std::move(wanted));
    if (put.has_error()) {
        co_return from_error(put.error());
    }
    co_return json_response(200, event_invoke_json(call, put.value()));
}

}  // namespace

Served event_invoke_config(Call call) {
    LAMBENT_CO_TRY(const Target target, named_target(call));
    scheduler::AsyncSettings& settings = call.ports.async_settings;
    EventInvokeConfig named;
    named.function = target.function->name;
    named.qualifier = target.qualifier.empty() ? runtime::kLatest : target.qualifier;
    if (call.operation == Operation::kPutEventInvokeConfig) {
        co_return co_await write_event_invoke(std::move(call), std::move(named));
    }
    auto config = settings.find(named.function, named.qualifier);
    if (!config) {
        co_return no_event_invoke_config(call, named);
    }
    if (call.operation == Operation::kUpdateEventInvokeConfig) {
        co_return co_await write_event_invoke(std::move(call), std::move(*config));
    }
    if (call.operation == Operation::kGetEventInvokeConfig) {
        co_return json_response(200, event_invoke_json(call, *config));
    }
    const auto removed = co_await settings.remove(named.function, named.qualifier);
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return no_content();
}

Served list_event_invoke_configs(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const Page page, read_page(call.request.query));
    nlohmann::json configs = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    std::string last;
    for (const EventInvokeConfig& config : call.ports.async_settings.list(function->name)) {
        if (!page.after.empty() && config.qualifier <= page.after) {
            continue;
        }
        if (configs.size() == page.limit) {
            body["NextMarker"] = marker_after(last);
            break;
        }
        last = config.qualifier;
        configs.push_back(event_invoke_json(call, config));
    }
    body["FunctionEventInvokeConfigs"] = std::move(configs);
    co_return json_response(200, body);
}

Served recursion_config(Call call) {
    using Loops = scheduler::AsyncSettings::Loops;
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    scheduler::AsyncSettings& settings = call.ports.async_settings;
    if (call.operation == Operation::kPutRecursionConfig) {
        LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
        std::string fault;
        Constraints constraints;
        const auto wanted = JsonFields(body, fault).text("RecursiveLoop");
        if (!fault.empty()) {
            co_return wrong_type(fault);
        }
        if (wanted) {
            constraints.one_of("recursiveLoop", *wanted, {"Allow", "Terminate"});
        } else {
            constraints.must_not_be_null("recursiveLoop");
        }
        if (!constraints.hold()) {
            co_return validation_failed(constraints.message());
        }
        const Loops loops = *wanted == "Allow" ? Loops::kAllow : Loops::kTerminate;
        const auto set = co_await settings.set_loops(function->name, loops);
        if (set.has_error()) {
            co_return from_error(set.error());
        }
    }
    const bool allowed = settings.loops(function->name) == Loops::kAllow;
    const nlohmann::json answer = {{"RecursiveLoop", allowed ? "Allow" : "Terminate"}};
    co_return json_response(200, answer);
}

}  // namespace lambent::api::lambda
