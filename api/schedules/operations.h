#pragma once

#include "api/schedules/schedules_service.h"
#include "api/wire/errors.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace lambent::api::schedules {

// One request on its way through an operation. Borrows the service's parts, the request and the
// parsed body, which outlive the flow that serves the request.
struct Call {
    Call(
        const SchedulesConfig& with,
        triggers::Schedules& of,
        const http::QueryItems& asked,
        const nlohmann::json& given
    )
        : config(with), schedules(of), query(asked), body(given) {}

    const SchedulesConfig& config;
    triggers::Schedules& schedules;
    const http::QueryItems& query;
    const nlohmann::json& body;
    std::string subject;  // what stands in the path: a name, or an ARN
};

// What an operation becomes; one group of them a file.
using Served = Task<Answer<nlohmann::json>>;

Served create_schedule(Call call);
Served get_schedule(Call call);
Served update_schedule(Call call);
Served delete_schedule(Call call);
Served list_schedules(Call call);
Served create_schedule_group(Call call);
Served get_schedule_group(Call call);
Served delete_schedule_group(Call call);
Served list_schedule_groups(Call call);
Served list_tags(Call call);
Served tag_resource(Call call);
Served untag_resource(Call call);

}  // namespace lambent::api::schedules
