#include "api/logs/logs_service.h"

#include "api/logs/logs_errors.h"
#include "api/logs/operations.h"
#include "api/wire/json.h"

#include <nlohmann/json.hpp>

#include <array>

namespace lambent::api::logs {

namespace {

constexpr std::uint64_t kBodyBytesMax = 1ULL << 20;
constexpr std::string_view kTargetPrefix = "Logs_20140328.";

struct Offer {
    std::string_view name;
    Served (*serve)(Call);
};

constexpr std::array kOffers{
    Offer{"FilterLogEvents", filter_log_events},
    Offer{"GetLogEvents", get_log_events},
    Offer{"DescribeLogGroups", describe_log_groups},
    Offer{"DescribeLogStreams", describe_log_streams},
    Offer{"CreateLogGroup", create_log_group},
    Offer{"DeleteLogGroup", delete_log_group},
};

const Offer* find_offer(std::string_view name) {
    for (const Offer& offer : kOffers) {
        if (offer.name == name) {
            return &offer;
        }
    }
    return nullptr;
}

std::string operation_of(const http::Headers& headers) {
    std::string_view target = headers.find("X-Amz-Target").value_or("");
    if (!target.starts_with(kTargetPrefix)) {
        return {};
    }
    target.remove_prefix(kTargetPrefix.size());
    return std::string(target);
}

AwsError access_denied(const Request& request, const std::string& operation) {
    return {
        400,
        "AccessDeniedException",
        "User: " + request.principal.name + " is not authorized to perform: logs:" + operation};
}

Task<Answer<nlohmann::json>> read_body(http::BodyReader& body) {
    Result<std::string> text = co_await body.read_all(kBodyBytesMax);
    if (text.has_error()) {
        co_return from_error(text.error());
    }
    if (text.value().empty()) {
        co_return nlohmann::json::object();
    }
    Result<nlohmann::json> parsed = parse_json(text.value());
    if (parsed.has_error() || !parsed.value().is_object()) {
        co_return AwsError(400, "SerializationException", "The body is not a JSON object.");
    }
    co_return std::move(parsed).value();
}

Served perform(
    const Offer& offer, const LogsConfig& config, runtime::LogStore& store, http::BodyReader& reader
) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_body(reader));
    Call call(config, store, body);
    co_return co_await offer.serve(std::move(call));
}

http::Response json_response(const nlohmann::json& body) {
    http::Response response;
    response.headers.add("Content-Type", "application/x-amz-json-1.1");
    if (!body.is_null()) {
        response.body = dump_json(body);
    }
    return response;
}

}  // namespace

LogsService::LogsService(LogsConfig config, runtime::LogStore& store, Logger log)
    : config_(std::move(config)), store_(store), log_(std::move(log)) {}

Task<http::Response> LogsService::serve(Request request, http::BodyReader& body) {
    const std::string operation = operation_of(request.head.headers);
    if (!request.principal.is_root) {
        co_return json_rpc_error(access_denied(request, operation));
    }
    const Offer* offer = find_offer(operation);
    if (offer == nullptr) {
        const std::string message =
            "lambent does not offer this operation of the CloudWatch Logs API: " + operation;
        co_return json_rpc_error(AwsError(400, "UnknownOperationException", message));
    }
    auto answer = co_await perform(*offer, config_, store_, body);
    if (answer.has_value()) {
        co_return json_response(answer.value());
    }
    const AwsError error = answer.error();
    if (!error.is_callers_fault()) {
        log_.error("logs_request_failed", {{"operation", operation}, {"message", error.message()}});
    }
    co_return json_rpc_error(error);
}

}  // namespace lambent::api::logs
