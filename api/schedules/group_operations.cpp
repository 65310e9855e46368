#include "api/schedules/operations.h"
#include "api/schedules/schedule_json.h"
#include "api/schedules/schedule_reading.h"
#include "api/schedules/schedules_errors.h"
#include "api/wire/json_fields.h"
#include "triggers/schedules/schedule_message.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace lambent::api::schedules {
namespace {

Answer<std::string> read_group_name(const Call& call) {
    Constraints constraints;
    check_name(constraints, "name", call.subject);
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    return call.subject;
}

// The group that an ARN in the path names: groups alone have tags.
Answer<std::string> read_tagged(const Call& call) {
    const std::string before = triggers::schedule_group_arn(call.config.region, "");
    if (!call.subject.starts_with(before)) {
        return validation_failed("Provided Arn is not in correct format.");
    }
    return call.subject.substr(before.size());
}

Answer<nlohmann::json> done(const Result<void>& result) {
    if (result.has_error()) {
        return from_error(result.error());
    }
    return nlohmann::json::object();
}

}  // namespace

Served create_schedule_group(Call call) {
    triggers::ScheduleGroup group;
    LAMBENT_CO_TRY(group.name, read_group_name(call));
    LAMBENT_CO_TRY(group.tags, read_tags(call.body));
    std::string fault;
    group.client_token = JsonFields(call.body, fault).text("ClientToken").value_or("");
    const auto created = co_await call.schedules.create_group(group);
    if (created.has_error()) {
        co_return from_error(created.error());
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["ScheduleGroupArn"] = triggers::schedule_group_arn(call.config.region, group.name);
    co_return answer;
}

Served get_schedule_group(Call call) {
    LAMBENT_CO_TRY(const std::string name, read_group_name(call));
    const auto found = co_await call.schedules.find_group(name);
    if (found.has_error()) {
        co_return from_error(found.error());
    }
    co_return group_json(found.value(), call.config.region);
}

Served delete_schedule_group(Call call) {
    LAMBENT_CO_TRY(const std::string name, read_group_name(call));
    const auto removed = co_await call.schedules.remove_group(name);
    co_return done(removed);
}

Served list_schedule_groups(Call call) {
    LAMBENT_CO_TRY(triggers::ScheduleFilter filter, read_filter(call));
    filter.after_name = http::find_item(call.query, "NextToken").value_or("");
    const std::size_t page = filter.count_max;
    filter.count_max += 1;
    const auto found = co_await call.schedules.list_groups(std::move(filter));
    if (found.has_error()) {
        co_return from_error(found.error());
    }
    nlohmann::json answer = {{"ScheduleGroups", nlohmann::json::array()}};
    for (const triggers::ScheduleGroup& group : found.value()) {
        if (answer["ScheduleGroups"].size() == page) {
            answer["NextToken"] = answer["ScheduleGroups"].back()["Name"];
            break;
        }
        answer["ScheduleGroups"].push_back(group_json(group, call.config.region));
    }
    co_return answer;
}

// --- Tags

Served list_tags(Call call) {
    LAMBENT_CO_TRY(const std::string name, read_tagged(call));
    const auto found = co_await call.schedules.find_group(name);
    if (found.has_error()) {
        co_return from_error(found.error());
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["Tags"] = tags_json(found.value().tags);
    co_return answer;
}

Served tag_resource(Call call) {
    LAMBENT_CO_TRY(const std::string name, read_tagged(call));
    LAMBENT_CO_TRY(const auto tags, read_tags(call.body));
    const auto tagged = co_await call.schedules.tag_group(name, tags);
    co_return done(tagged);
}

Served untag_resource(Call call) {
    LAMBENT_CO_TRY(const std::string name, read_tagged(call));
    std::vector<std::string> keys;
    for (const auto& [item, value] : call.query) {
        if (item == "TagKeys") {
            keys.push_back(value);
        }
    }
    const auto untagged = co_await call.schedules.untag_group(name, std::move(keys));
    co_return done(untagged);
}

}  // namespace lambent::api::schedules
