#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/targets.h"
#include "triggers/schedules/schedule.h"
#include "triggers/schedules/schedule_rows.h"
#include "triggers/timers/timers.h"

#include <map>
#include <string>
#include <vector>

namespace lambent::triggers {

// EventBridge Scheduler: keeps schedules and groups on disk, sets their timers, and turns each tick
// into a message to the schedule's target, written in the transaction that advances the timer.
// Errors carry the subjects "schedule", "group", "zone", "start", "end" and "groups" (too many).
// Owned by the composition root; event loop's thread only.
class Schedules final : public TimerOwner {
  public:
    static constexpr char kTimerKind[] = "schedule";
    static constexpr std::int64_t kGroupsMax = 500;

    // Borrows its parts, which outlive it, and serves its timers from then on.
    Schedules(
        std::string region,
        sql::Driver& driver,
        Timers& timers,
        scheduler::Outbox& outbox,
        const Clock& clock
    );
    static std::vector<sql::Migration> migrations() { return ScheduleRows::migrations(); }
    Task<Result<void>> open();  // once, before requests: there is always a default group

    // kConflict when there is one of that name, unless it was created by the same client token.
    Task<Result<void>> create(Schedule wanted);
    // Replaces all of it; a rate goes on counting from where it did, unless that changes.
    Task<Result<void>> update(Schedule wanted);
    Task<Result<void>> remove(std::string group, std::string name);
    Task<Result<Schedule>> find(std::string group, std::string name);
    // kNotFound for a group that there is not.
    Task<Result<std::vector<Schedule>>> list(ScheduleFilter filter);

    Task<Result<void>> create_group(ScheduleGroup wanted);
    // With its schedules; kInvalidArgument for the default group.
    Task<Result<void>> remove_group(std::string name);
    Task<Result<ScheduleGroup>> find_group(std::string name);
    Task<Result<std::vector<ScheduleGroup>>> list_groups(ScheduleFilter filter);
    Task<Result<void>> tag_group(std::string name, std::map<std::string, std::string> tags);
    Task<Result<void>> untag_group(std::string name, std::vector<std::string> keys);

    Result<void> ring(
        sql::Session& session, const std::string& name, const Tick& tick, std::int64_t now_ms
    ) override;
    Result<void> ended(sql::Session& session, const std::string& name) override;
    void rang() override { outbox_.wake(); }

  private:
    Task<Result<void>> put(Schedule wanted, sql::Work work);
    Result<void> check(const Schedule& wanted) const;
    static Result<void> keep(ScheduleRows& rows, const Schedule& schedule, std::int64_t after_ms);
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

    std::string region_;
    sql::Driver& driver_;
    Timers& timers_;
    scheduler::Outbox& outbox_;
    const Clock& clock_;
};

}  // namespace lambent::triggers
