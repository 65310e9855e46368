#pragma once

#include "triggers/schedules/schedule.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

namespace lambent::api::schedules {

nlohmann::json schedule_json(const triggers::Schedule& schedule, const std::string& region);
// As ListSchedules shows it.
nlohmann::json schedule_summary(const triggers::Schedule& schedule, const std::string& region);
nlohmann::json group_json(const triggers::ScheduleGroup& group, const std::string& region);
nlohmann::json tags_json(const std::map<std::string, std::string>& tags);

}  // namespace lambent::api::schedules
