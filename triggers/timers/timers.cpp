#include "triggers/timers/timers.h"

#include "base/failpoint.h"

#include <set>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::size_t kTimersPerRound = 64;
constexpr std::size_t kTicksPerTimer = 64;
constexpr std::int64_t kAgainMs = 60'000;  // a timer that cannot be read is looked at again then

}  // namespace

// What one transaction did.
struct Timers::Round {
    std::int64_t now_ms = 0;
    std::int64_t first_due_ms = 0;  // of those that rang
    std::uint64_t ticks = 0;
    std::uint64_t missed = 0;
    std::set<std::string> kinds;  // that rang
    std::vector<std::string> unreadable;
    std::optional<std::int64_t> next_due_ms;
};

Timers::Timers(
    boost::asio::any_io_executor executor, sql::Driver& driver, const Clock& clock, Logger log
)
    : driver_(driver),
      clock_(clock),
      log_(std::move(log)),
      alarm_(executor, clock),
      flows_(executor, log_) {}

void Timers::serve(const std::string& kind, TimerOwner& owner) {
    owners_[kind] = &owner;
}

void Timers::start() {
    alarm_.ring();  // a clock that is moved by hand waits for the first look
    flows_.spawn("timers", run());
}

Task<> Timers::stop() {
    stopped_ = true;
    alarm_.ring();
    co_await flows_.join();
}

Result<bool> Timers::set_in(
    sql::Session& session,
    const std::string& kind,
    const std::string& name,
    const TimerPlan& plan,
    std::int64_t after_ms
) {
    TimerRows rows{session};
    LAMBENT_TRY(const Timetable timetable, Timetable::create(plan));
    const std::optional<Tick> first = timetable.after(after_ms);
    if (!first) {
        LAMBENT_TRY(rows.remove(kind, name));
        return false;
    }
    TimerRows::Timer timer{kind, name, plan, *first};
    LAMBENT_TRY(rows.put(timer));
    return true;
}

Result<void> Timers::remove_in(
    sql::Session& session, const std::string& kind, const std::string& name
) {
    return TimerRows{session}.remove(kind, name);
}

void Timers::look() {
    changed_ = true;
    alarm_.ring();
}

Task<> Timers::run() {
    while (!stopped_) {
        co_await tick();
        if (!stopped_ && !changed_) {
            co_await wait();
        }
    }
}

Task<> Timers::tick() {
    failed_ = false;
    if (changed_) {
        co_await read_first_due();
    }
    while (is_due() && !stopped_) {
        const bool rang = co_await ring();
        if (!rang) {
            co_return;
        }
    }
}

Task<> Timers::read_first_due() {
    changed_ = false;
    const auto first = std::make_shared<std::optional<std::int64_t>>();  // the closure's and ours
    sql::Work work = [first](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*first, TimerRows{session}.first_due_ms());
        return {};
    };
    const Result<void> read = co_await driver_.read(std::move(work));
    if (read.has_error()) {
        log_.error("timers_unread", {{"reason", read.error().message()}});
        failed_ = true;
        first_due_ms_ = now_ms();  // see what a round finds
        co_return;
    }
    first_due_ms_ = *first;
}

Task<> Timers::wait() {
    constexpr std::chrono::seconds kAgainAfter(1);
    std::optional<WallTime> due;
    if (failed_) {
        due = clock_.wall_now() + kAgainAfter;
    } else if (first_due_ms_) {
        due = from_unix_ms(*first_due_ms_);
    }
    co_await alarm_.wait_until(due);
}

// Whether the round is on disk.
Task<bool> Timers::ring() {
    const auto round = std::make_shared<Round>();  // the closure's and ours
    sql::Work work = [round, now = now_ms(), owners = owners_](sql::Session& session
                     ) -> Result<void> {
        *round = Round();
        round->now_ms = now;
        TimerRows rows{session};
        LAMBENT_TRY(const std::vector<TimerRows::Timer> due, rows.due(now, kTimersPerRound));
        round->first_due_ms = due.empty() ? now : due.front().pending.due_ms;
        for (const TimerRows::Timer& timer : due) {
            const auto owner = owners.find(timer.kind);
            if (owner == owners.end()) {
                LAMBENT_TRY(rows.remove(timer.kind, timer.name));
                continue;
            }
            LAMBENT_TRY(ring_one(session, timer, *owner->second, *round));
        }
        LAMBENT_TRY(round->next_due_ms, rows.first_due_ms());
        return {};
    };
    failpoint("timer.round.begun");
    const Result<void> written = co_await driver_.write(std::move(work));
    if (written.has_error()) {
        log_.error("timers_not_rung", {{"reason", written.error().message()}});
        failed_ = true;
        co_return false;
    }
    failpoint("timer.round.committed");
    settle(*round);
    co_return true;
}

// What a round that is on disk means for those who wait.
void Timers::settle(const Round& round) {
    first_due_ms_ = round.next_due_ms;
    counters_.ticks += round.ticks;
    counters_.missed += round.missed;
    counters_.late_ms_last = now_ms() - round.first_due_ms;
    for (const std::string& name : round.unreadable) {
        log_.error("timer_unreadable", {{"timer", name}});
    }
    if (round.missed > 0) {
        log_.warn("timer_ticks_missed", {{"timers", round.missed}});
    }
    for (const std::string& kind : round.kinds) {
        owners_.at(kind)->rang();
    }
}

Result<void> Timers::ring_one(
    sql::Session& session, const TimerRows::Timer& timer, TimerOwner& owner, Round& round
) {
    TimerRows rows{session};
    const Result<Timetable> timetable = Timetable::create(timer.plan);
    if (timetable.has_error()) {
        // Its zone has left the machine's database; it may come back.
        round.unreadable.push_back(timer.kind + " " + timer.name);
        const Tick later{timer.pending.scheduled_ms, round.now_ms + kAgainMs};
        return rows.advance(timer.kind, timer.name, later);
    }
    const Timetable::Round due = timetable->round(timer.pending, round.now_ms, kTicksPerTimer);
    for (const Tick& tick : due.ticks) {
        LAMBENT_TRY(owner.ring(session, timer.name, tick, round.now_ms));
        failpoint("timer.tick.rung");
    }
    round.ticks += due.ticks.size();
    round.missed += due.missed ? 1 : 0;
    round.kinds.insert(timer.kind);
    if (due.next) {
        LAMBENT_TRY(rows.advance(timer.kind, timer.name, *due.next));
        failpoint("timer.tick.advanced");
        return {};
    }
    LAMBENT_TRY(rows.remove(timer.kind, timer.name));
    failpoint("timer.end.removed");
    LAMBENT_TRY(owner.ended(session, timer.name));
    failpoint("timer.end.told");
    return {};
}

}  // namespace lambent::triggers
