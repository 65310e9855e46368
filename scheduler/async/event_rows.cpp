#include "scheduler/async/event_rows.h"

#include "base/failpoint.h"
#include "scheduler/retry_policy.h"

#include <map>

namespace lambent::scheduler {
namespace {

constexpr char kSchema[] = R"(
CREATE TABLE async_event (
    request_id TEXT PRIMARY KEY,
    function TEXT NOT NULL,
    accepted_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    refusals BIGINT NOT NULL,
    running BIGINT NOT NULL
);
CREATE INDEX async_event_due ON async_event (function, running, due_ms);
CREATE TABLE async_payload (
    request_id TEXT PRIMARY KEY,
    payload BLOB NOT NULL
)
)";

constexpr char kTraceHeader[] =
    "ALTER TABLE async_event ADD COLUMN trace_header TEXT NOT NULL DEFAULT ''";

// How many events a function has, so that to accept one takes no count of them all.
constexpr char kBacklog[] =
    "CREATE TABLE async_backlog (function TEXT PRIMARY KEY, events BIGINT NOT NULL)";

// Of "name:qualifier".
std::string name_in(const std::string& reference) {
    return reference.substr(0, reference.find(':'));
}

std::int64_t as_number(std::size_t count) {
    return static_cast<std::int64_t>(count);
}

EventRows::Claimed claimed_of(const sql::Row& row, const std::string& function) {
    EventRows::Claimed claimed;
    claimed.event.request_id = sql::as_text(row[0]);
    claimed.event.function = function;
    claimed.event.accepted_ms = sql::as_int(row[1]);
    claimed.event.due_ms = sql::as_int(row[2]);
    claimed.event.attempts = static_cast<int>(sql::as_int(row[3])) + 1;
    claimed.refusals = static_cast<int>(sql::as_int(row[4]));
    claimed.event.trace_header = sql::as_text(row[5]);
    return claimed;
}

}  // namespace

std::vector<sql::Migration> EventRows::migrations() {
    return {{"scheduler", 1, kSchema}, {"scheduler", 2, kTraceHeader}, {"scheduler", 3, kBacklog}};
}

Result<void> EventRows::insert(const AsyncEvent& event, std::int64_t per_function_max) {
    LAMBENT_TRY(
        const sql::Rows added,
        session.run(
            "INSERT INTO async_event"
            " (request_id, function, accepted_ms, due_ms, attempts, refusals, running,"
            " trace_header)"
            " VALUES ($1, $2, $3, $4, $5, 0, 0, $6) ON CONFLICT (request_id) DO NOTHING",
            {event.request_id,
             event.function,
             event.accepted_ms,
             event.due_ms,
             std::int64_t{event.attempts},
             event.trace_header}
        )
    );
    if (added.changed == 0) {
        return {};
    }
    failpoint("async.enqueue.event_added");
    LAMBENT_TRY(count_in(event.function, per_function_max));
    LAMBENT_TRY(session.run(
        "INSERT INTO async_payload (request_id, payload) VALUES ($1, $2)",
        {event.request_id, sql::Blob{event.payload}}
    ));
    failpoint("async.enqueue.payload_added");
    return {};
}

Result<void> EventRows::count_in(const std::string& function, std::int64_t per_function_max) {
    LAMBENT_TRY(
        const sql::Rows counted,
        session.run(
            "INSERT INTO async_backlog (function, events) VALUES ($1, 1) ON CONFLICT (function)"
            " DO UPDATE SET events = async_backlog.events + 1 RETURNING events",
            {name_in(function)}
        )
    );
    if (sql::as_int(counted.rows.at(0).at(0)) > per_function_max) {
        return Error(
            Code::kThrottled, "FunctionInvocationRateLimitExceeded", "too many events wait"
        );
    }
    return {};
}

Result<EventRows::Taken> EventRows::claim(
    const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms
) {
    LAMBENT_TRY(
        const sql::Rows due,
        session.run(
            "SELECT request_id, accepted_ms, due_ms, attempts, refusals, trace_header"
            " FROM async_event WHERE function = $1 AND running = 0 AND (due_ms <= $2 OR due_ms > "
            "$3)"
            " ORDER BY due_ms LIMIT $4",
            {claim.key, now_ms, now_ms + wait_max_ms, as_number(claim.count_max)}
        )
    );
    Taken taken;
    for (const sql::Row& row : due.rows) {
        Claimed claimed = claimed_of(row, claim.key);
        LAMBENT_TRY(session.run(
            "UPDATE async_event SET running = 1, attempts = attempts + 1 WHERE request_id = $1",
            {claimed.event.request_id}
        ));
        failpoint("async.claim.counted");
        LAMBENT_TRY(claimed.event.payload, payload_of(claimed.event.request_id));
        failpoint("async.claim.payload_read");
        taken.events.push_back(std::move(claimed));
    }
    LAMBENT_TRY(
        const sql::Rows left,
        session.run(
            "SELECT due_ms FROM async_event WHERE function = $1 AND running = 0"
            " ORDER BY due_ms LIMIT 1",
            {claim.key}
        )
    );
    if (!left.rows.empty()) {
        taken.next_due_ms = sql::as_int(left.rows[0][0]);
    }
    return taken;
}

Result<std::string> EventRows::payload_of(const std::string& request_id) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT payload FROM async_payload WHERE request_id = $1", {request_id})
    );
    if (found.rows.empty()) {
        return Error(Code::kCorrupted, "async event " + request_id + " has lost its payload");
    }
    return sql::as_blob(found.rows[0][0]);
}

Result<void> EventRows::put_back(const std::string& request_id, const Wait& wait) {
    LAMBENT_TRY(session.run(
        "UPDATE async_event SET running = 0, due_ms = $2, attempts = $3, refusals = $4"
        " WHERE request_id = $1",
        {request_id, wait.due_ms, std::int64_t{wait.attempts}, std::int64_t{wait.refusals}}
    ));
    failpoint("async.retry.event_freed");
    return {};
}

Result<void> EventRows::remove(const std::string& request_id) {
    LAMBENT_TRY(
        const sql::Rows removed,
        session.run(
            "DELETE FROM async_event WHERE request_id = $1 RETURNING function", {request_id}
        )
    );
    failpoint("async.end.event_removed");
    for (const sql::Row& row : removed.rows) {
        LAMBENT_TRY(session.run(
            "UPDATE async_backlog SET events = events - 1 WHERE function = $1",
            {name_in(sql::as_text(row[0]))}
        ));
    }
    LAMBENT_TRY(session.run("DELETE FROM async_payload WHERE request_id = $1", {request_id}));
    failpoint("async.end.payload_removed");
    return {};
}

Result<void> EventRows::take_back_attempts(std::int64_t now_ms) {
    LAMBENT_TRY(
        const sql::Rows cut,
        session.run("SELECT request_id, attempts, refusals FROM async_event WHERE running <> 0")
    );
    for (const sql::Row& row : cut.rows) {
        Wait wait;
        wait.attempts = static_cast<int>(sql::as_int(row[1])) - 1;
        wait.refusals = static_cast<int>(sql::as_int(row[2])) + 1;
        wait.due_ms = now_ms + wait_after_refusal(wait.refusals).count();
        LAMBENT_TRY(put_back(sql::as_text(row[0]), wait));
        failpoint("async.recover.event_freed");
    }
    return {};
}

// Also of events that were accepted before they were counted. Rows of functions without events go.
Result<void> EventRows::count_again(const sql::Rows& functions) {
    std::map<std::string, std::int64_t> events;
    for (const sql::Row& row : functions.rows) {
        events[name_in(sql::as_text(row[0]))] += sql::as_int(row[2]);
    }
    LAMBENT_TRY(session.run("DELETE FROM async_backlog", {}));
    for (const auto& [function, count] : events) {
        LAMBENT_TRY(session.run(
            "INSERT INTO async_backlog (function, events) VALUES ($1, $2)", {function, count}
        ));
    }
    return {};
}

Result<std::vector<std::pair<std::string, std::int64_t>>> EventRows::recover(std::int64_t now_ms) {
    LAMBENT_TRY(take_back_attempts(now_ms));
    LAMBENT_TRY(
        const sql::Rows waiting,
        session.run("SELECT function, MIN(due_ms), COUNT(*) FROM async_event GROUP BY function")
    );
    LAMBENT_TRY(count_again(waiting));
    std::vector<std::pair<std::string, std::int64_t>> functions;
    for (const sql::Row& row : waiting.rows) {
        functions.emplace_back(sql::as_text(row[0]), sql::as_int(row[1]));
    }
    return functions;
}

}  // namespace lambent::scheduler
