#include "triggers/timers/timer_rows.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr char kTimerSchema[] = R"(
CREATE TABLE timer (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    expression TEXT NOT NULL,
    zone TEXT NOT NULL,
    anchor_ms BIGINT NOT NULL,
    start_ms BIGINT,
    end_ms BIGINT,
    window_ms BIGINT NOT NULL,
    late_ms_max BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    scheduled_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);
CREATE INDEX timer_due ON timer (due_ms)
)";

sql::Value time_or_null(const std::optional<std::int64_t>& ms) {
    return ms ? sql::Value(*ms) : sql::Value();
}

constexpr char kSelectTimer[] =
    "SELECT kind, name, expression, zone, anchor_ms, start_ms, end_ms, window_ms, late_ms_max,"
    " seed, scheduled_ms, due_ms FROM timer";

std::optional<std::int64_t> time_if_any(const sql::Value& value) {
    return sql::is_null(value) ? std::nullopt : std::optional(sql::as_int(value));
}

TimerRows::Timer timer_from(const sql::Row& row) {
    TimerRows::Timer timer;
    timer.kind = sql::as_text(row[0]);
    timer.name = sql::as_text(row[1]);
    timer.plan.expression = sql::as_text(row[2]);
    timer.plan.zone = sql::as_text(row[3]);
    timer.plan.anchor_ms = sql::as_int(row[4]);
    timer.plan.start_ms = time_if_any(row[5]);
    timer.plan.end_ms = time_if_any(row[6]);
    timer.plan.window_ms = sql::as_int(row[7]);
    timer.plan.late_ms_max = sql::as_int(row[8]);
    timer.plan.seed = sql::as_int(row[9]);
    timer.pending.scheduled_ms = sql::as_int(row[10]);
    timer.pending.due_ms = sql::as_int(row[11]);
    return timer;
}

}  // namespace

std::vector<sql::Migration> TimerRows::migrations() {
    return {{"timers", 1, kTimerSchema}};
}

Result<void> TimerRows::put(const Timer& timer) {
    LAMBENT_TRY(remove(timer.kind, timer.name));
    const TimerPlan& plan = timer.plan;
    LAMBENT_TRY(session.run(
        "INSERT INTO timer (kind, name, expression, zone, anchor_ms, start_ms, end_ms, window_ms,"
        " late_ms_max, seed, scheduled_ms, due_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        {timer.kind,
         timer.name,
         plan.expression,
         plan.zone,
         plan.anchor_ms,
         time_or_null(plan.start_ms),
         time_or_null(plan.end_ms),
         plan.window_ms,
         plan.late_ms_max,
         plan.seed,
         timer.pending.scheduled_ms,
         timer.pending.due_ms}
    ));
    return {};
}

Result<void> TimerRows::advance(
    const std::string& kind, const std::string& name, const Tick& pending
) {
    LAMBENT_TRY(session.run(
        "UPDATE timer SET scheduled_ms = $3, due_ms = $4 WHERE kind = $1 AND name = $2",
        {kind, name, pending.scheduled_ms, pending.due_ms}
    ));
    return {};
}

Result<void> TimerRows::remove(const std::string& kind, const std::string& name) {
    LAMBENT_TRY(session.run("DELETE FROM timer WHERE kind = $1 AND name = $2", {kind, name}));
    return {};
}

Result<std::optional<TimerRows::Timer>> TimerRows::find(
    const std::string& kind, const std::string& name
) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(std::string(kSelectTimer) + " WHERE kind = $1 AND name = $2", {kind, name})
    );
    return found.rows.empty() ? std::nullopt : std::optional(timer_from(found.rows[0]));
}

Result<std::vector<TimerRows::Timer>> TimerRows::due(std::int64_t now_ms, std::size_t count_max) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            std::string(kSelectTimer) + " WHERE due_ms <= $1 ORDER BY due_ms LIMIT $2",
            {now_ms, static_cast<std::int64_t>(count_max)}
        )
    );
    std::vector<Timer> timers;
    for (const sql::Row& row : found.rows) {
        timers.push_back(timer_from(row));
    }
    return timers;
}

Result<std::optional<std::int64_t>> TimerRows::first_due_ms() {
    LAMBENT_TRY(
        const sql::Rows found, session.run("SELECT due_ms FROM timer ORDER BY due_ms LIMIT 1")
    );
    return found.rows.empty() ? std::nullopt : std::optional(sql::as_int(found.rows[0][0]));
}

}  // namespace lambent::triggers
