#include "triggers/schedules/schedules.h"

#include "base/failpoint.h"
#include "base/ids.h"
#include "triggers/schedules/schedule_message.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace lambent::triggers {
namespace {

std::string timer_name(const std::string& group, const std::string& name) {
    return group + "/" + name;
}

// A group's name has no slash.
std::pair<std::string, std::string> split_timer_name(const std::string& name) {
    const std::size_t slash = name.find('/');
    return {name.substr(0, slash), name.substr(slash + 1)};
}

// "at(2200-…": what clocks cannot count is not asked of them. The expression has been parsed.
bool is_too_late(const std::string& expression) {
    constexpr std::string_view kBefore = "at(";
    constexpr std::string_view kLastYear = "2199";
    return expression.starts_with(kBefore) &&
           expression.compare(kBefore.size(), kLastYear.size(), kLastYear) > 0;
}

Result<void> check_not_too_late(const Schedule& wanted) {
    const auto too_late = [](const char* subject, const std::string& what) {
        return Error(Code::kInvalidArgument, subject, what + " cannot be later than 2199.");
    };
    if (is_too_late(wanted.expression)) {
        return too_late("schedule", "The ScheduleExpression");
    }
    if (wanted.start_ms && *wanted.start_ms > kLastScheduleMs) {
        return too_late("start", "The StartDate you specify");
    }
    if (wanted.end_ms && *wanted.end_ms > kLastScheduleMs) {
        return too_late("end", "The EndDate you specify");
    }
    return {};
}

// What a new schedule's first tick comes after: a rate without a start ticks at once.
std::int64_t first_after(const Schedule& schedule, std::int64_t now_ms) {
    return schedule.expression.starts_with("rate(") ? now_ms - 1 : now_ms;
}

// Where the flexible window's dice lie: the same for a schedule of that name.
std::int64_t seed_of(const std::string& name) {
    return static_cast<std::int64_t>(std::hash<std::string>()(name) >> 1U);
}

// When the tick that comes next was scheduled, which within a flexible window has passed.
Result<std::optional<std::int64_t>> pending_in(sql::Session& session, const Schedule& schedule) {
    const std::string name = timer_name(schedule.group, schedule.name);
    LAMBENT_TRY(const auto timer, TimerRows{session}.find(Schedules::kTimerKind, name));
    return timer ? std::optional(timer->pending.scheduled_ms) : std::nullopt;
}

}  // namespace

Schedules::Schedules(
    std::string region,
    sql::Driver& driver,
    Timers& timers,
    scheduler::Outbox& outbox,
    const Clock& clock
)
    : region_(std::move(region)), driver_(driver), timers_(timers), outbox_(outbox), clock_(clock) {
    timers_.serve(kTimerKind, *this);
}

Task<Result<void>> Schedules::open() {
    sql::Work work = [now = now_ms()](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(const auto known, rows.find_group(kDefaultGroup));
        if (known) {
            return {};
        }
        ScheduleGroup group;
        group.name = kDefaultGroup;
        group.created_ms = now;
        group.modified_ms = now;
        return rows.put_group(group);
    };
    co_return co_await driver_.write(std::move(work));
}

// --- Schedules

// What can be refused without looking at what there is.
Result<void> Schedules::check(const Schedule& wanted) const {
    constexpr std::int64_t kStartAgeMax = 5 * 60'000;
    LAMBENT_TRY(const Timetable timetable, Timetable::create(plan_of(wanted, 0)));
    LAMBENT_TRY(check_not_too_late(wanted));
    if (timetable.is_once()) {
        return {};
    }
    if (wanted.start_ms && *wanted.start_ms < now_ms() - kStartAgeMax) {
        return Error(
            Code::kInvalidArgument,
            "start",
            "The StartDate you specify cannot be earlier than 5 minutes ago."
        );
    }
    if (wanted.end_ms && *wanted.end_ms < now_ms()) {
        return Error(
            Code::kInvalidArgument, "end", "The EndDate you specify cannot be in the past."
        );
    }
    if (wanted.start_ms && wanted.end_ms && *wanted.end_ms <= *wanted.start_ms) {
        return Error(Code::kInvalidArgument, "end", "The EndDate must come after the StartDate.");
    }
    return {};
}

// The row, and the timer that goes with it.
Result<void> Schedules::keep(ScheduleRows& rows, const Schedule& schedule, std::int64_t after_ms) {
    LAMBENT_TRY(rows.put(schedule));
    failpoint("schedule.put.row_added");
    const std::string name = timer_name(schedule.group, schedule.name);
    if (!schedule.enabled) {
        return Timers::remove_in(rows.session, kTimerKind, name);
    }
    const TimerPlan plan = plan_of(schedule, seed_of(name));
    LAMBENT_TRY(Timers::set_in(rows.session, kTimerKind, name, plan, after_ms));
    failpoint("schedule.put.timer_set");
    return {};
}

Task<Result<void>> Schedules::put(Schedule wanted, sql::Work work) {
    LAMBENT_CO_TRY(check(wanted));
    failpoint("schedule.put.begun");
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    failpoint("schedule.put.committed");
    timers_.look();
    co_return Result<void>();
}

Task<Result<void>> Schedules::create(Schedule wanted) {
    const std::int64_t now = now_ms();
    wanted.created_ms = now;
    wanted.modified_ms = now;
    wanted.anchor_ms = wanted.start_ms.value_or(now);
    sql::Work work = [wanted, now](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(rows.get_group(wanted.group));
        LAMBENT_TRY(const auto known, rows.find(wanted.group, wanted.name));
        if (known && !wanted.client_token.empty() && known->client_token == wanted.client_token) {
            return {};
        }
        if (known) {
            return Error(
                Code::kConflict, "schedule", "Schedule " + wanted.name + " already exists."
            );
        }
        return keep(rows, wanted, first_after(wanted, now));
    };
    co_return co_await put(wanted, std::move(work));
}

Task<Result<void>> Schedules::update(Schedule wanted) {
    const std::int64_t now = now_ms();
    sql::Work work = [wanted, now](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(const Schedule known, rows.get(wanted.group, wanted.name));
        Schedule schedule = wanted;
        schedule.created_ms = known.created_ms;
        schedule.modified_ms = now;
        schedule.client_token = known.client_token;
        const bool same_beat =
            known.expression == wanted.expression && known.start_ms == wanted.start_ms;
        schedule.anchor_ms = same_beat ? known.anchor_ms : wanted.start_ms.value_or(now);
        std::int64_t after_ms = same_beat ? now : first_after(wanted, now);
        if (same_beat && known.zone == wanted.zone &&
            known.window_minutes == wanted.window_minutes) {
            LAMBENT_TRY(const auto pending_ms, pending_in(session, wanted));
            after_ms = std::min(after_ms, pending_ms.value_or(now + 1) - 1);
        }
        return keep(rows, schedule, after_ms);
    };
    co_return co_await put(wanted, std::move(work));
}

Task<Result<void>> Schedules::remove(std::string group, std::string name) {
    sql::Work work = [group, name](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(rows.get(group, name));
        LAMBENT_TRY(rows.remove(group, name));
        return Timers::remove_in(session, kTimerKind, timer_name(group, name));
    };
    co_return co_await driver_.write(std::move(work));
}

// --- Groups

Task<Result<void>> Schedules::create_group(ScheduleGroup wanted) {
    wanted.created_ms = now_ms();
    wanted.modified_ms = wanted.created_ms;
    sql::Work work = [wanted](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(const auto known, rows.find_group(wanted.name));
        if (known && !wanted.client_token.empty() && known->client_token == wanted.client_token) {
            return {};
        }
        if (known) {
            return Error(
                Code::kConflict, "group", "Schedule group " + wanted.name + " already exists."
            );
        }
        LAMBENT_TRY(const std::int64_t groups, rows.count_groups());
        if (groups >= kGroupsMax) {
            return Error(Code::kTooLarge, "groups", "There are too many schedule groups.");
        }
        return rows.put_group(wanted);
    };
    co_return co_await driver_.write(std::move(work));
}

Task<Result<void>> Schedules::remove_group(std::string name) {
    if (name == kDefaultGroup) {
        co_return Error(
            Code::kInvalidArgument, "group", "Default schedule group cannot be deleted."
        );
    }
    sql::Work work = [name](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(rows.get_group(name));
        LAMBENT_TRY(const auto schedules, rows.names_in(name));
        for (const std::string& schedule : schedules) {
            LAMBENT_TRY(rows.remove(name, schedule));
            LAMBENT_TRY(Timers::remove_in(session, kTimerKind, timer_name(name, schedule)));
        }
        return rows.remove_group(name);
    };
    co_return co_await driver_.write(std::move(work));
}

Task<Result<void>> Schedules::tag_group(std::string name, std::map<std::string, std::string> tags) {
    sql::Work work = [name, tags, now = now_ms()](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(ScheduleGroup group, rows.get_group(name));
        for (const auto& [tag, value] : tags) {
            group.tags[tag] = value;
        }
        group.modified_ms = now;
        return rows.put_group(group);
    };
    co_return co_await driver_.write(std::move(work));
}

Task<Result<void>> Schedules::untag_group(std::string name, std::vector<std::string> keys) {
    sql::Work work = [name, keys, now = now_ms()](sql::Session& session) -> Result<void> {
        ScheduleRows rows{session};
        LAMBENT_TRY(ScheduleGroup group, rows.get_group(name));
        for (const std::string& key : keys) {
            group.tags.erase(key);
        }
        group.modified_ms = now;
        return rows.put_group(group);
    };
    co_return co_await driver_.write(std::move(work));
}

// --- Ticks, on the database's thread

Result<void> Schedules::ring(
    sql::Session& session, const std::string& name, const Tick& tick, std::int64_t now_ms
) {
    const auto [group, schedule_name] = split_timer_name(name);
    LAMBENT_TRY(const auto schedule, ScheduleRows{session}.find(group, schedule_name));
    if (!schedule) {
        return {};
    }
    const scheduler::TargetMessage message = message_of(*schedule, tick, region_, random_uuid());
    return outbox_.add_in(session, message, rules_of(*schedule, tick, region_, now_ms));
}

Result<void> Schedules::ended(sql::Session& session, const std::string& name) {
    const auto [group, schedule_name] = split_timer_name(name);
    ScheduleRows rows{session};
    LAMBENT_TRY(const auto schedule, rows.find(group, schedule_name));
    if (schedule && schedule->delete_after) {
        LAMBENT_TRY(rows.remove(group, schedule_name));
        failpoint("schedule.end.row_removed");
    }
    return {};
}

}  // namespace lambent::triggers
