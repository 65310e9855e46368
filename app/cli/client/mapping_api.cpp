#include "app/cli/client/mapping_api.h"

#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

constexpr char kMappings[] = "/2015-03-31/event-source-mappings/";

HttpCall mapping_call(const std::string& method, const std::string& path) {
    HttpCall call;
    call.service = "lambda";
    call.method = method;
    call.path = path;
    return call;
}

HttpCall with_body(HttpCall call, const Json& body) {
    call.body = body.dump();
    call.headers.emplace_back("Content-Type", "application/json");
    return call;
}

Json document_of(const SqsTrigger& trigger) {
    Json filters = Json::array();
    for (const std::string& pattern : trigger.filters) {
        filters.push_back({{"Pattern", pattern}});
    }
    Json body{
        {"Enabled", trigger.enabled},
        {"BatchSize", trigger.batch_size},
        {"MaximumBatchingWindowInSeconds", trigger.window_s},
        {"FunctionResponseTypes", trigger.response_types},
        {"FilterCriteria", {{"Filters", filters}}},
        {"ScalingConfig", Json::object()},
    };
    if (trigger.concurrency_max) {
        body["ScalingConfig"]["MaximumConcurrency"] = *trigger.concurrency_max;
    }
    return body;
}

MappingApi::Found read_found(const Json& document) {
    MappingApi::Found found;
    SqsTrigger& trigger = found.trigger;
    found.uuid = document.at("UUID").get<std::string>();
    trigger.queue_arn = document.value("EventSourceArn", "");
    trigger.batch_size = document.value("BatchSize", trigger.batch_size);
    trigger.window_s = document.value("MaximumBatchingWindowInSeconds", trigger.window_s);
    trigger.response_types = document.value("FunctionResponseTypes", trigger.response_types);
    const std::string state = document.value("State", "");
    trigger.enabled = state != "Disabled" && state != "Disabling";
    const Json criteria = document.value("FilterCriteria", Json::object());
    for (const Json& filter : criteria.value("Filters", Json::array())) {
        trigger.filters.push_back(filter.value("Pattern", ""));
    }
    const Json scaling = document.value("ScalingConfig", Json::object());
    if (scaling.contains("MaximumConcurrency")) {
        trigger.concurrency_max = scaling.at("MaximumConcurrency").get<std::uint32_t>();
    }
    return found;
}

}  // namespace

Result<std::optional<MappingApi::Found>> MappingApi::find(
    const std::string& queue_arn, const std::string& function
) {
    HttpCall call = mapping_call("GET", kMappings);
    call.query = {{"EventSourceArn", queue_arn}, {"FunctionName", function}};
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    try {
        const Json document = Json::parse(reply.body);
        for (const Json& mapping : document.at("EventSourceMappings")) {
            return std::optional<Found>(read_found(mapping));
        }
        return std::optional<Found>();
    } catch (const Json::exception&) {
        return Error(Code::kInternal, "the daemon's list of event source mappings cannot be read");
    }
}

Result<void> MappingApi::create(const SqsTrigger& trigger, const std::string& function) {
    Json body = document_of(trigger);
    body["EventSourceArn"] = trigger.queue_arn;
    body["FunctionName"] = function;
    LAMBENT_TRY(send_ok(client_, with_body(mapping_call("POST", kMappings), body)));
    return {};
}

Result<void> MappingApi::update(const std::string& uuid, const SqsTrigger& trigger) {
    const HttpCall call = mapping_call("PUT", kMappings + uuid);
    LAMBENT_TRY(send_ok(client_, with_body(call, document_of(trigger))));
    return {};
}

}  // namespace lambent::cli
