#include "api/logs/logs_service.h"

#include "api/logs/logs_errors.h"
#include "api/logs/operations.h"
#include "api/wire/json_rpc.h"

#include <nlohmann/json.hpp>

#include <array>

namespace lambent::api::logs {

namespace {

constexpr JsonRpcService kLogs{"Logs_20140328.", "logs:", "the CloudWatch Logs API"};

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

Served perform(
    const Offer& offer, const LogsConfig& config, runtime::LogStore& store, http::BodyReader& reader
) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json_rpc(reader, from_error));
    Call call(config, store, body);
    co_return co_await offer.serve(std::move(call));
}

}  // namespace

LogsService::LogsService(LogsConfig config, runtime::LogStore& store, Logger log)
    : config_(std::move(config)), store_(store), log_(std::move(log)) {}

Task<http::Response> LogsService::serve(Request request, http::BodyReader& body) {
    const std::string operation = json_rpc_operation(kLogs, request.head.headers);
    if (!request.principal.is_root) {
        co_return json_rpc_error(json_rpc_denied(kLogs, request.principal, operation));
    }
    const Offer* offer = find_offer(operation);
    if (offer == nullptr) {
        co_return json_rpc_error(json_rpc_not_offered(kLogs, operation));
    }
    auto answer = co_await perform(*offer, config_, store_, body);
    if (answer.has_value()) {
        co_return json_rpc_response(answer.value());
    }
    const AwsError error = answer.error();
    if (!error.is_callers_fault()) {
        log_.error("logs_request_failed", {{"operation", operation}, {"message", error.message()}});
    }
    co_return json_rpc_error(error);
}

}  // namespace lambent::api::logs
