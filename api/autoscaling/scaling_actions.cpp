#include "api/autoscaling/scaling_errors.h"
#include "api/autoscaling/scaling_fields.h"
#include "runtime/functions/function.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lambent::api::autoscaling {
namespace {

using scheduler::ScheduledAction;

std::string action_arn(const Call& call, const ScheduledAction& action) {
    return "arn:aws:autoscaling:" + call.config.region + ":" + runtime::kAccountId +
           ":scheduledAction:" + action.id + ":resource/lambda/" + action.resource +
           ":scheduledActionName/" + action.name;
}

nlohmann::json action_json(const Call& call, const ScheduledAction& action) {
    nlohmann::json json = {
        {"ScheduledActionName", action.name},
        {"ScheduledActionARN", action_arn(call, action)},
        {"ServiceNamespace", kNamespace},
        {"Schedule", action.schedule},
        {"ResourceId", action.resource},
        {"ScalableDimension", kDimension},
        {"CreationTime", seconds_json(action.created_ms)},
    };
    nlohmann::json bounds = nlohmann::json::object();
    if (action.slots_min) {
        bounds["MinCapacity"] = *action.slots_min;
    }
    if (action.slots_max) {
        bounds["MaxCapacity"] = *action.slots_max;
    }
    json["ScalableTargetAction"] = std::move(bounds);
    if (!action.zone.empty()) {
        json["Timezone"] = action.zone;
    }
    if (action.start_ms) {
        json["StartTime"] = seconds_json(*action.start_ms);
    }
    if (action.end_ms) {
        json["EndTime"] = seconds_json(*action.end_ms);
    }
    return json;
}

// As AWS's pattern has it: no control characters, colons, slashes or bars, no space at an end.
bool is_action_name(const std::string& name) {
    const auto fits = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7f && c != ':' && c != '/' && c != '|';
    };
    return !name.empty() && name.front() != ' ' && name.back() != ' ' &&
           std::all_of(name.begin(), name.end(), fits);
}

// Of any number, the time next to it between 1970 and what is later than all that is accepted.
std::optional<std::int64_t> read_time(JsonFields& fields, std::string_view member) {
    constexpr double kLatestMs = 1e15;
    const auto seconds = fields.decimal(member);
    if (!seconds) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(std::llround(std::clamp(*seconds * 1'000, 0.0, kLatestMs)));
}

std::optional<ScheduledAction> known_action(
    const Call& call, const std::string& resource, const std::string& name
) {
    for (ScheduledAction& action : call.scaling.actions()) {
        if (action.resource == resource && action.name == name) {
            return std::move(action);
        }
    }
    return std::nullopt;
}

// What a new action must have, and what cannot be.
std::optional<AwsError> action_fault(const ScheduledAction& action) {
    if (action.schedule.empty()) {
        return validation_failed("Schedule is required to create a scheduled action");
    }
    if (!action.slots_min && !action.slots_max) {
        return validation_failed(
            "ScalableTargetAction with MinCapacity, MaxCapacity or both is required"
        );
    }
    if (action.slots_min && action.slots_max && *action.slots_max < *action.slots_min) {
        return validation_failed("Maximum capacity cannot be less than minimum capacity");
    }
    if (action.start_ms && action.end_ms && *action.end_ms < *action.start_ms) {
        return validation_failed("EndTime cannot be before StartTime");
    }
    return std::nullopt;
}

// What is given replaces what the action had before; start and end are as given.
Answer<ScheduledAction> read_action(const Call& call, const std::string& resource) {
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    const std::string name = fields.text("ScheduledActionName").value_or("");
    constraints.length("scheduledActionName", name, 1, kNameMax);
    const std::string pattern =
        "(?!((^[ ]+.*)|(.*([\\u0000-\\u001f]|[\\u007f-\\u009f]|[:/|])+.*)|"
        "(.*[ ]+$))).+";
    constraints.pattern("scheduledActionName", name, is_action_name(name), pattern);
    ScheduledAction action = known_action(call, resource, name).value_or(ScheduledAction());
    action.resource = resource;
    action.name = name;
    action.schedule = fields.text("Schedule").value_or(action.schedule);
    action.zone = fields.text("Timezone").value_or(action.zone);
    action.start_ms = read_time(fields, "StartTime");
    action.end_ms = read_time(fields, "EndTime");
    if (auto bounds = fields.object("ScalableTargetAction")) {
        action.slots_min = read_slots(*bounds, constraints, "MinCapacity", "minCapacity");
        action.slots_max = read_slots(*bounds, constraints, "MaxCapacity", "maxCapacity");
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (const auto wrong = action_fault(action)) {
        return *wrong;
    }
    return action;
}

}  // namespace

Served put_scheduled_action(Call call) {
    LAMBENT_CO_TRY(const std::string resource, read_resource(call.body));
    if (!call.scaling.target(resource)) {
        co_return not_found("scalable target", resource);
    }
    LAMBENT_CO_TRY(ScheduledAction action, read_action(call, resource));
    const auto put = co_await call.scaling.put_action(std::move(action));
    if (put.has_error()) {
        co_return from_error(put.error(), resource);
    }
    co_return nlohmann::json::object();
}

Served describe_scheduled_actions(Call call) {
    LAMBENT_CO_TRY(const Filter filter, read_filter(call.body, "ScheduledActionNames"));
    std::vector<ScheduledAction> actions;
    for (const ScheduledAction& action : call.scaling.actions()) {
        if (filter.wants(action.resource, action.name)) {
            actions.push_back(action);
        }
    }
    const auto key = [](const ScheduledAction& action) {
        return action.resource + "/" + action.name;
    };
    const auto render = [&call](const ScheduledAction& action) {
        return action_json(call, action);
    };
    co_return page_of(actions, filter, "ScheduledActions", key, render);
}

Served delete_scheduled_action(Call call) {
    LAMBENT_CO_TRY(const std::string resource, read_resource(call.body));
    const auto named = call.body.find("ScheduledActionName");
    const bool is_text = named != call.body.end() && named->is_string();
    std::string name = is_text ? named->get<std::string>() : "";
    const auto removed = co_await call.scaling.remove_action(resource, std::move(name));
    if (removed.has_error()) {
        co_return from_error(removed.error(), resource);
    }
    co_return nlohmann::json::object();
}

}  // namespace lambent::api::autoscaling
