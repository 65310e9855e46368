#include "triggers/schedules/schedules.h"

#include <memory>
#include <utility>

// The part of Schedules that only reads.
namespace lambent::triggers {

Task<Result<Schedule>> Schedules::find(std::string group, std::string name) {
    const auto found = std::make_shared<Schedule>();  // the closure's and ours
    sql::Work work = [found, group, name](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*found, ScheduleRows{session}.get(group, name));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    co_return std::move(*found);
}

Task<Result<std::vector<Schedule>>> Schedules::list(ScheduleFilter filter) {
    const auto found = std::make_shared<std::vector<Schedule>>();  // the closure's and ours
    sql::Work work = [found, filter](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        if (!filter.group.empty()) {
            LAMBENT_TRY(rows.get_group(filter.group));
        }
        LAMBENT_TRY(*found, rows.list(filter));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    co_return std::move(*found);
}

Task<Result<ScheduleGroup>> Schedules::find_group(std::string name) {
    const auto found = std::make_shared<ScheduleGroup>();  // the closure's and ours
    sql::Work work = [found, name](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*found, ScheduleRows{session}.get_group(name));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    co_return std::move(*found);
}

Task<Result<std::vector<ScheduleGroup>>> Schedules::list_groups(ScheduleFilter filter) {
    const auto found = std::make_shared<std::vector<ScheduleGroup>>();  // the closure's and ours
    sql::Work work = [found, filter](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*found, ScheduleRows{session}.list_groups(filter));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    co_return std::move(*found);
}

}  // namespace lambent::triggers
