#include "app/cli/client/function_operation_api.h"

#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using OperationJson = nlohmann::json;

HttpCall operation_call(
    const std::string& method,
    const std::string& api_version,
    const std::string& function,
    const std::string& rest,
    const OperationJson& body = {}
) {
    HttpCall call;
    call.service = "lambda";
    call.method = method;
    call.path = "/" + api_version + "/functions/" + function + rest;
    if (!body.is_null()) {
        call.body = body.dump();
        call.headers.emplace_back("Content-Type", "application/json");
    }
    return call;
}

HttpCall qualified(HttpCall call, const std::string& qualifier) {
    if (!qualifier.empty()) {
        call.query.emplace_back("Qualifier", qualifier);
    }
    return call;
}

// Nothing where the service knows of nothing.
Result<std::optional<OperationJson>> find_document(HttpClient& client, const HttpCall& call) {
    LAMBENT_TRY(const HttpReply reply, client.send(call));
    if (reply.status == 404) {
        return std::optional<OperationJson>();
    }
    if (!reply.ok()) {
        return service_error(reply);
    }
    auto document = OperationJson::parse(reply.body, nullptr, false);
    if (!document.is_object()) {
        return Error(Code::kInternal, "the daemon's answer to " + call.path + " cannot be read");
    }
    return std::optional<OperationJson>(std::move(document));
}

template <class Value>
std::optional<Value> member(const std::optional<OperationJson>& document, const char* pointer) {
    const OperationJson::json_pointer where(pointer);
    if (!document || !document->contains(where)) {
        return std::nullopt;
    }
    const OperationJson& value = document->at(where);
    const bool fits =
        std::is_same_v<Value, std::string> ? value.is_string() : value.is_number_unsigned();
    return fits ? std::optional<Value>(value.get<Value>()) : std::nullopt;
}

}  // namespace

Result<std::string> FunctionOperationApi::publish(
    const std::string& function, const std::string& description
) {
    OperationJson body = OperationJson::object();
    if (!description.empty()) {
        body["Description"] = description;
    }
    const HttpCall call = operation_call("POST", "2015-03-31", function, "/versions", body);
    LAMBENT_TRY(const auto document, find_document(client_, call));
    const auto version = member<std::string>(document, "/Version");
    if (!version) {
        return Error(Code::kNotFound, function + " vanished while it was being deployed");
    }
    return *version;
}

Result<std::optional<std::string>> FunctionOperationApi::alias(
    const std::string& function, const std::string& name
) {
    const HttpCall call = operation_call("GET", "2015-03-31", function, "/aliases/" + name);
    LAMBENT_TRY(const auto document, find_document(client_, call));
    return member<std::string>(document, "/FunctionVersion");
}

Result<void> FunctionOperationApi::create_alias(
    const std::string& function, const std::string& name, const std::string& version
) {
    const OperationJson body{{"Name", name}, {"FunctionVersion", version}};
    const HttpCall call = operation_call("POST", "2015-03-31", function, "/aliases", body);
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

Result<void> FunctionOperationApi::move_alias(
    const std::string& function, const std::string& name, const std::string& version
) {
    const OperationJson body{{"FunctionVersion", version}};
    const HttpCall call = operation_call("PUT", "2015-03-31", function, "/aliases/" + name, body);
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

Result<std::optional<std::uint32_t>> FunctionOperationApi::reserved(const std::string& function) {
    const HttpCall call = operation_call("GET", "2019-09-30", function, "/concurrency");
    LAMBENT_TRY(const auto document, find_document(client_, call));
    return member<std::uint32_t>(document, "/ReservedConcurrentExecutions");
}

Result<void> FunctionOperationApi::reserve(const std::string& function, std::uint32_t slots) {
    const OperationJson body{{"ReservedConcurrentExecutions", slots}};
    const HttpCall call = operation_call("PUT", "2017-10-31", function, "/concurrency", body);
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

Result<std::optional<std::uint32_t>> FunctionOperationApi::provisioned(
    const std::string& function, const std::string& qualifier
) {
    const HttpCall call = operation_call("GET", "2019-09-30", function, "/provisioned-concurrency");
    LAMBENT_TRY(const auto document, find_document(client_, qualified(call, qualifier)));
    return member<std::uint32_t>(document, "/RequestedProvisionedConcurrentExecutions");
}

Result<void> FunctionOperationApi::provision(
    const std::string& function, const std::string& qualifier, std::uint32_t slots
) {
    const OperationJson body{{"ProvisionedConcurrentExecutions", slots}};
    const HttpCall call =
        operation_call("PUT", "2019-09-30", function, "/provisioned-concurrency", body);
    LAMBENT_TRY(send_ok(client_, qualified(call, qualifier)));
    return {};
}

Result<std::optional<AsyncSettings>> FunctionOperationApi::async_settings(
    const std::string& function, const std::string& qualifier
) {
    const HttpCall call = operation_call("GET", "2019-09-25", function, "/event-invoke-config");
    LAMBENT_TRY(const auto document, find_document(client_, qualified(call, qualifier)));
    if (!document) {
        return std::optional<AsyncSettings>();
    }
    AsyncSettings settings;
    settings.age_max_s = member<std::uint32_t>(document, "/MaximumEventAgeInSeconds");
    settings.retries_max = member<std::uint32_t>(document, "/MaximumRetryAttempts");
    const auto told = [&](const char* pointer) {
        return member<std::string>(document, pointer).value_or("");
    };
    settings.on_success = told("/DestinationConfig/OnSuccess/Destination");
    settings.on_failure = told("/DestinationConfig/OnFailure/Destination");
    return std::optional<AsyncSettings>(std::move(settings));
}

Result<void> FunctionOperationApi::set_async(
    const std::string& function, const std::string& qualifier, const AsyncSettings& settings
) {
    OperationJson body = OperationJson::object();
    if (settings.age_max_s) {
        body["MaximumEventAgeInSeconds"] = *settings.age_max_s;
    }
    if (settings.retries_max) {
        body["MaximumRetryAttempts"] = *settings.retries_max;
    }
    if (!settings.on_success.empty()) {
        body["DestinationConfig"]["OnSuccess"] = {{"Destination", settings.on_success}};
    }
    if (!settings.on_failure.empty()) {
        body["DestinationConfig"]["OnFailure"] = {{"Destination", settings.on_failure}};
    }
    const HttpCall call =
        operation_call("PUT", "2019-09-25", function, "/event-invoke-config", body);
    LAMBENT_TRY(send_ok(client_, qualified(call, qualifier)));
    return {};
}

Result<std::string> FunctionOperationApi::recursive_loop(const std::string& function) {
    const HttpCall call = operation_call("GET", "2024-08-31", function, "/recursion-config");
    LAMBENT_TRY(const auto document, find_document(client_, call));
    return member<std::string>(document, "/RecursiveLoop").value_or("");
}

Result<void> FunctionOperationApi::set_recursive_loop(
    const std::string& function, const std::string& what
) {
    const OperationJson body{{"RecursiveLoop", what}};
    const HttpCall call = operation_call("PUT", "2024-08-31", function, "/recursion-config", body);
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

}  // namespace lambent::cli
