#pragma once

#include "api/schedules/operations.h"
#include "api/wire/constraints.h"
#include "triggers/schedules/schedule.h"

#include <map>
#include <string>
#include <string_view>

namespace lambent::api::schedules {

inline constexpr std::size_t kNameMax = 64;

// The schedule that CreateSchedule or UpdateSchedule describes, with its name and group.
Answer<triggers::Schedule> read_schedule(const Call& call);

// A schedule's or group's name: 1 to 64 of 0-9a-zA-Z-_.
void check_name(Constraints& constraints, std::string_view field, const std::string& name);

// Of a group, if there are any: Tags.
Answer<std::map<std::string, std::string>> read_tags(const nlohmann::json& body);

// What a listing asks for, with MaxResults and NamePrefix.
Answer<triggers::ScheduleFilter> read_filter(const Call& call);

}  // namespace lambent::api::schedules
