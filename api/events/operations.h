#pragma once

#include "api/events/events_service.h"
#include "api/wire/errors.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <utility>

namespace lambent::api::events {

// One request on its way through an operation. Borrows the service's parts and the parsed body,
// which outlive the flow that serves the request.
struct Call {
    Call(
        const EventsConfig& with,
        triggers::EventBuses& of,
        const Clock& by,
        const nlohmann::json& asked,
        std::string caused_by
    )
        : config(with), buses(of), clock(by), body(asked), trace_header(std::move(caused_by)) {}

    const EventsConfig& config;
    triggers::EventBuses& buses;
    const Clock& clock;
    const nlohmann::json& body;
    std::string trace_header;  // X-Amzn-Trace-Id of the request
};

// What an operation becomes; one group of them a file. Null is an empty answer.
using Served = Task<Answer<nlohmann::json>>;

Served create_event_bus(Call call);
Served delete_event_bus(Call call);
Served describe_event_bus(Call call);
Served list_event_buses(Call call);
Served put_rule(Call call);
Served delete_rule(Call call);
Served describe_rule(Call call);
Served enable_rule(Call call);
Served disable_rule(Call call);
Served list_rules(Call call);
Served list_rule_names_by_target(Call call);
Served put_targets(Call call);
Served remove_targets(Call call);
Served list_targets_by_rule(Call call);
Served put_events(Call call);
Served test_event_pattern(Call call);
Served list_tags(Call call);
Served tag_resource(Call call);
Served untag_resource(Call call);

}  // namespace lambent::api::events
