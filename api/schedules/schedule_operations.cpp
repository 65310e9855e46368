#include "api/schedules/operations.h"
#include "api/schedules/schedule_json.h"
#include "api/schedules/schedule_reading.h"
#include "api/schedules/schedules_errors.h"
#include "triggers/schedules/schedule_message.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace lambent::api::schedules {
namespace {

struct Named {
    std::string group;
    std::string name;
};

// The schedule that the path and ?groupName= name.
Answer<Named> read_named(const Call& call) {
    Named named;
    named.name = call.subject;
    named.group = http::find_item(call.query, "groupName").value_or(triggers::kDefaultGroup);
    Constraints constraints;
    check_name(constraints, "name", named.name);
    check_name(constraints, "groupName", named.group);
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    return named;
}

// AWS names what it was given; the rooms below say what a schedule must look like.
AwsError put_error(const Error& error, const triggers::Schedule& asked) {
    if (error.code() == Code::kInvalidArgument && error.subject() == "schedule") {
        return validation_failed("Invalid Schedule Expression " + asked.expression + ".");
    }
    if (error.code() == Code::kInvalidArgument && error.subject() == "zone") {
        return validation_failed("Invalid Schedule Expression Timezone " + asked.zone + ".");
    }
    return from_error(error);
}

nlohmann::json arn_of(const Call& call, const triggers::Schedule& schedule) {
    return {
        {"ScheduleArn", triggers::schedule_arn(call.config.region, schedule.group, schedule.name)}};
}

Answer<triggers::ScheduleFilter> read_schedule_filter(const Call& call) {
    LAMBENT_TRY(triggers::ScheduleFilter filter, read_filter(call));
    filter.group = http::find_item(call.query, "ScheduleGroup").value_or("");
    Constraints constraints;
    if (const auto state = http::find_item(call.query, "State")) {
        constraints.one_of("state", *state, {"ENABLED", "DISABLED"});
        filter.enabled = *state == "ENABLED";
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    if (const auto token = http::find_item(call.query, "NextToken")) {
        const std::size_t slash = token->find('/');
        if (slash == std::string_view::npos) {
            return validation_failed("Invalid NextToken.");
        }
        filter.after_group = token->substr(0, slash);
        filter.after_name = token->substr(slash + 1);
    }
    return filter;
}

}  // namespace

Served create_schedule(Call call) {
    LAMBENT_CO_TRY(const triggers::Schedule asked, read_schedule(call));
    const auto created = co_await call.schedules.create(asked);
    if (created.has_error()) {
        co_return put_error(created.error(), asked);
    }
    co_return arn_of(call, asked);
}

Served update_schedule(Call call) {
    LAMBENT_CO_TRY(const triggers::Schedule asked, read_schedule(call));
    const auto updated = co_await call.schedules.update(asked);
    if (updated.has_error()) {
        co_return put_error(updated.error(), asked);
    }
    co_return arn_of(call, asked);
}

Served get_schedule(Call call) {
    LAMBENT_CO_TRY(const Named named, read_named(call));
    const auto found = co_await call.schedules.find(named.group, named.name);
    if (found.has_error()) {
        co_return from_error(found.error());
    }
    co_return schedule_json(found.value(), call.config.region);
}

Served delete_schedule(Call call) {
    LAMBENT_CO_TRY(const Named named, read_named(call));
    const auto removed = co_await call.schedules.remove(named.group, named.name);
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return nlohmann::json::object();
}

Served list_schedules(Call call) {
    LAMBENT_CO_TRY(triggers::ScheduleFilter filter, read_schedule_filter(call));
    const std::size_t page = filter.count_max;
    filter.count_max += 1;
    const auto found = co_await call.schedules.list(std::move(filter));
    if (found.has_error()) {
        co_return from_error(found.error());
    }
    nlohmann::json answer = {{"Schedules", nlohmann::json::array()}};
    for (const triggers::Schedule& schedule : found.value()) {
        if (answer["Schedules"].size() == page) {
            const nlohmann::json& last = answer["Schedules"].back();
            answer["NextToken"] =
                last["GroupName"].get<std::string>() + "/" + last["Name"].get<std::string>();
            break;
        }
        answer["Schedules"].push_back(schedule_summary(schedule, call.config.region));
    }
    co_return answer;
}

}  // namespace lambent::api::schedules
