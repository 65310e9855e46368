#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/schedules/schedule.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Which schedules or groups a listing wants, and which part of it.
struct ScheduleFilter {
    std::string group;  // empty: of any group
    std::string name_prefix;
    std::optional<bool> enabled;
    std::size_t count_max = 100;
    // What the page before ended with; empty: from the start.
    std::string after_group;
    std::string after_name;
};

// The tables of schedules and their groups, inside one transaction.
struct ScheduleRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    Result<std::optional<Schedule>> find(const std::string& group, const std::string& name);
    Result<Schedule> get(const std::string& group, const std::string& name);  // or kNotFound
    Result<void> put(const Schedule& schedule);  // in the place of what had its name
    Result<void> remove(const std::string& group, const std::string& name);
    // By group and name.
    Result<std::vector<Schedule>> list(const ScheduleFilter& filter);
    Result<std::vector<std::string>> names_in(const std::string& group);

    Result<std::optional<ScheduleGroup>> find_group(const std::string& name);
    Result<ScheduleGroup> get_group(const std::string& name);  // or kNotFound
    Result<void> put_group(const ScheduleGroup& group);        // with its tags
    // The group and its tags; its schedules are removed by the caller.
    Result<void> remove_group(const std::string& name);
    // Without their tags. `group` and `enabled` of the filter do not count.
    Result<std::vector<ScheduleGroup>> list_groups(const ScheduleFilter& filter);
    Result<std::int64_t> count_groups();
};

}  // namespace lambent::triggers
