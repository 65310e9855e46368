#include "api/events/events_service.h"

#include "api/events/events_errors.h"
#include "api/events/operations.h"
#include "api/wire/json.h"
#include "api/wire/json_rpc.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace lambent::api::events {
namespace {

constexpr JsonRpcService kEventBridge{"AWSEvents.", "events:", "EventBridge"};

struct Offer {
    std::string_view name;
    Served (*serve)(Call);
};

constexpr std::array kOffers{
    Offer{"PutEvents", put_events},
    Offer{"CreateEventBus", create_event_bus},
    Offer{"DeleteEventBus", delete_event_bus},
    Offer{"DescribeEventBus", describe_event_bus},
    Offer{"ListEventBuses", list_event_buses},
    Offer{"PutRule", put_rule},
    Offer{"DeleteRule", delete_rule},
    Offer{"DescribeRule", describe_rule},
    Offer{"EnableRule", enable_rule},
    Offer{"DisableRule", disable_rule},
    Offer{"ListRules", list_rules},
    Offer{"ListRuleNamesByTarget", list_rule_names_by_target},
    Offer{"PutTargets", put_targets},
    Offer{"RemoveTargets", remove_targets},
    Offer{"ListTargetsByRule", list_targets_by_rule},
    Offer{"TestEventPattern", test_event_pattern},
    Offer{"ListTagsForResource", list_tags},
    Offer{"TagResource", tag_resource},
    Offer{"UntagResource", untag_resource},
};

const Offer* find_offer(std::string_view name) {
    for (const Offer& offer : kOffers) {
        if (offer.name == name) {
            return &offer;
        }
    }
    return nullptr;
}

// Entries of 1 MB may be much longer as JSON within JSON.
Task<Answer<nlohmann::json>> read_body(http::BodyReader& body) {
    constexpr std::uint64_t kBodyBytesMax = 6ULL << 20;
    const Result<std::string> text = co_await body.read_all(kBodyBytesMax);
    if (text.has_error()) {
        co_return from_error(text.error());
    }
    Result<nlohmann::json> parsed = parse_json(text.value().empty() ? "{}" : text.value());
    if (parsed.has_error() || !parsed.value().is_object()) {
        co_return AwsError(400, "SerializationException", "The body is not a JSON object.");
    }
    co_return std::move(parsed).value();
}

Served perform(
    const Offer& offer,
    const EventsConfig& config,
    triggers::EventBuses& buses,
    const Clock& clock,
    std::string trace_header,
    http::BodyReader& reader
) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_body(reader));
    Call call(config, buses, clock, body, std::move(trace_header));
    co_return co_await offer.serve(std::move(call));
}

}  // namespace

EventsService::EventsService(
    EventsConfig config, triggers::EventBuses& buses, const Clock& clock, Logger log
)
    : config_(std::move(config)), buses_(buses), clock_(clock), log_(std::move(log)) {}

Task<http::Response> EventsService::serve(Request request, http::BodyReader& body) {
    const std::string operation = json_rpc_operation(kEventBridge, request.head.headers);
    if (!request.principal.is_root) {
        co_return json_rpc_error(json_rpc_denied(kEventBridge, request.principal, operation));
    }
    const Offer* offer = find_offer(operation);
    if (offer == nullptr) {
        co_return json_rpc_error(json_rpc_not_offered(kEventBridge, operation));
    }
    std::string trace(request.head.headers.find("X-Amzn-Trace-Id").value_or(""));
    auto performing = perform(*offer, config_, buses_, clock_, std::move(trace), body);
    const auto answer = co_await std::move(performing);
    if (answer.has_error()) {
        const AwsError error = answer.error();
        if (!error.is_callers_fault()) {
            log_.error("events_failed", {{"operation", operation}, {"message", error.message()}});
        }
        co_return json_rpc_error(error);
    }
    co_return json_rpc_response(answer.value());
}

}  // namespace lambent::api::events
