#include "runtime/logs/log_rows.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_map>
#include <utility>

namespace lambent::runtime {
namespace {

std::int64_t number_of(std::uint64_t value) {
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max())
    );
}

std::uint64_t size_of(const sql::Value& value) {
    return sql::is_null(value) ? 0 : static_cast<std::uint64_t>(sql::as_int(value));
}

std::int64_t time_of(const sql::Value& value) {
    return sql::is_null(value) ? 0 : sql::as_int(value);
}

Result<std::int64_t> single_number(sql::Session& session, std::string_view statement) {
    LAMBENT_TRY(const sql::Rows found, session.run(statement));
    return time_of(found.rows.at(0).at(0));
}

bool wants_stream(const LogQuery& query, const std::string& name) {
    const bool named =
        query.streams.empty() ||
        std::find(query.streams.begin(), query.streams.end(), name) != query.streams.end();
    return named && name.starts_with(query.stream_prefix);
}

using StreamNames = std::unordered_map<std::int64_t, std::string>;

Result<StreamNames> wanted_streams(
    sql::Session& session, std::int64_t group_id, const LogQuery& query
) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT id, name FROM log_stream WHERE group_id = $1", {group_id})
    );
    StreamNames names;
    for (const sql::Row& row : found.rows) {
        if (wants_stream(query, sql::as_text(row[1]))) {
            names.emplace(sql::as_int(row[0]), sql::as_text(row[1]));
        }
    }
    return names;
}

struct Candidate {
    std::int64_t first_sequence = 0;
    std::int64_t stream_id = 0;
};

// Everything this asks for stands in one index; no batch is touched yet.
Result<std::vector<Candidate>> candidate_batches(
    sql::Session& session, std::int64_t group_id, const LogQuery& query, const StreamNames& names
) {
    const std::int64_t end = query.end_ms.value_or(std::numeric_limits<std::int64_t>::max());
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT first_sequence, stream_id FROM log_batch"
            " WHERE group_id = $1 AND last_ms >= $2 AND first_ms < $3 AND last_sequence > $4"
            " ORDER BY first_sequence",
            {group_id, query.start_ms, end, number_of(query.after_sequence)}
        )
    );
    std::vector<Candidate> candidates;
    for (const sql::Row& row : found.rows) {
        if (names.count(sql::as_int(row[1])) != 0) {
            candidates.push_back({sql::as_int(row[0]), sql::as_int(row[1])});
        }
    }
    return candidates;
}

bool in_range(const PackedLine& line, const LogQuery& query) {
    return line.sequence > query.after_sequence && line.time_ms >= query.start_ms &&
           (!query.end_ms || line.time_ms < *query.end_ms);
}

Result<void> search_batch(
    sql::Session& session,
    const Candidate& candidate,
    const std::string& stream,
    const std::function<bool(const PackedLine&)>& wanted,
    std::vector<LogEvent>& events
) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT origin_ms, packed FROM log_batch WHERE first_sequence = $1",
            {candidate.first_sequence}
        )
    );
    if (found.rows.empty()) {
        return {};
    }
    const sql::Row& row = found.rows.front();
    const auto visit = [&](const PackedLine& line) {
        if (wanted(line)) {
            events.push_back(
                {line.time_ms, line.time_ms, stream, std::string(line.text), line.sequence}
            );
        }
        return true;
    };
    return unpack_lines(
        sql::as_blob(row[1]),
        sql::as_int(row[0]),
        static_cast<std::uint64_t>(candidate.first_sequence),
        visit
    );
}

// Batches of several streams interleave: an event is safely among the first only once every batch
// that begins before it has been read.
std::size_t settled(const std::vector<LogEvent>& events, std::int64_t next_first_sequence) {
    const auto next = static_cast<std::uint64_t>(next_first_sequence);
    return static_cast<std::size_t>(std::count_if(
        events.begin(),
        events.end(),
        [next](const LogEvent& event) { return event.sequence < next; }
    ));
}

void keep_first(std::vector<LogEvent>& events, std::size_t limit) {
    std::sort(events.begin(), events.end(), [](const LogEvent& a, const LogEvent& b) {
        return a.sequence < b.sequence;
    });
    events.resize(std::min(events.size(), limit));
    std::stable_sort(events.begin(), events.end(), [](const LogEvent& a, const LogEvent& b) {
        return a.time_ms < b.time_ms;
    });
}

// In the order of the groups' index, which also holds all that is asked for.
Result<sql::Rows> oldest_batches(sql::Session& session, std::int64_t group_id) {
    return session.run(
        "SELECT first_sequence, bytes FROM log_batch WHERE group_id = $1"
        " ORDER BY last_ms, first_ms, last_sequence, first_sequence LIMIT 200",
        {group_id}
    );
}

// How many bytes have gone; fewer than wanted when the group has no more.
Result<std::uint64_t> remove_oldest_of(sql::Session& session, const RemovedBytes& share) {
    std::uint64_t freed = 0;
    while (freed < share.bytes) {
        LAMBENT_TRY(const sql::Rows oldest, oldest_batches(session, share.group_id));
        if (oldest.rows.empty()) {
            break;
        }
        for (auto row = oldest.rows.begin(); row != oldest.rows.end() && freed < share.bytes;
             ++row) {
            LAMBENT_TRY(session.run("DELETE FROM log_batch WHERE first_sequence = $1", {(*row)[0]})
            );
            freed += size_of((*row)[1]);
        }
    }
    return freed;
}

}  // namespace

std::vector<sql::Migration> log_migrations() {
    return {
        {"logs",
         1,
         "CREATE TABLE log_group("
         " id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
         " created_ms BIGINT NOT NULL);"
         "CREATE TABLE log_stream("
         " id BIGINT NOT NULL PRIMARY KEY, group_id BIGINT NOT NULL, name TEXT NOT NULL,"
         " created_ms BIGINT NOT NULL, UNIQUE (group_id, name));"
         "CREATE TABLE log_batch("
         " first_sequence BIGINT NOT NULL PRIMARY KEY, last_sequence BIGINT NOT NULL,"
         " group_id BIGINT NOT NULL, stream_id BIGINT NOT NULL,"
         " first_ms BIGINT NOT NULL, last_ms BIGINT NOT NULL, bytes BIGINT NOT NULL,"
         " origin_ms BIGINT NOT NULL, packed BLOB NOT NULL);"
         "CREATE INDEX log_batch_by_group ON log_batch("
         " group_id, last_ms, first_ms, last_sequence, first_sequence, stream_id, bytes);"
         "CREATE INDEX log_batch_by_stream ON log_batch(stream_id)"}};
}

Result<LogTotals> read_log_totals(sql::Session& session) {
    LogTotals totals;
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT g.id, g.name, g.created_ms,"
            " (SELECT sum(b.bytes) FROM log_batch b WHERE b.group_id = g.id) FROM log_group g"
        )
    );
    for (const sql::Row& row : found.rows) {
        LogGroupRow group;
        group.id = sql::as_int(row[0]);
        group.group = {sql::as_text(row[1]), sql::as_int(row[2]), size_of(row[3])};
        totals.groups.push_back(std::move(group));
    }
    LAMBENT_TRY(
        totals.last_id,
        single_number(
            session,
            "SELECT max(id) FROM (SELECT max(id) AS id FROM log_group UNION ALL"
            " SELECT max(id) AS id FROM log_stream) AS ids"
        )
    );
    LAMBENT_TRY(
        const std::int64_t sequence,
        single_number(session, "SELECT max(last_sequence) FROM log_batch")
    );
    totals.last_sequence = static_cast<std::uint64_t>(sequence);
    return totals;
}

Result<void> insert_log_group(sql::Session& session, const LogGroupRow& group) {
    LAMBENT_TRY(session.run(
        "INSERT INTO log_group(id, name, created_ms) VALUES ($1, $2, $3)",
        {group.id, group.group.name, group.group.created_ms}
    ));
    return {};
}

Result<void> delete_log_group(sql::Session& session, std::int64_t group_id) {
    LAMBENT_TRY(session.run("DELETE FROM log_batch WHERE group_id = $1", {group_id}));
    LAMBENT_TRY(session.run("DELETE FROM log_stream WHERE group_id = $1", {group_id}));
    LAMBENT_TRY(session.run("DELETE FROM log_group WHERE id = $1", {group_id}));
    return {};
}

Result<void> insert_log_batch(sql::Session& session, const LogBatchRow& row) {
    LAMBENT_TRY(session.run(
        "INSERT INTO log_stream(id, group_id, name, created_ms) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        {row.stream_id, row.group_id, row.stream, row.stream_created_ms}
    ));
    LAMBENT_TRY(session.run(
        "INSERT INTO log_batch(first_sequence, last_sequence, group_id, stream_id,"
        " first_ms, last_ms, bytes, origin_ms, packed)"
        " SELECT $1, $2, $3, id, $4, $5, $6, $7, $8 FROM log_stream"
        " WHERE group_id = $3 AND name = $9",
        {number_of(row.batch.first_sequence()),
         number_of(row.batch.last_sequence()),
         row.group_id,
         row.batch.first_ms(),
         row.batch.last_ms(),
         number_of(row.batch.bytes()),
         row.batch.origin_ms(),
         sql::Blob{row.batch.packed()},
         row.stream}
    ));
    return {};
}

Result<std::vector<RemovedBytes>> remove_oldest_logs(
    sql::Session& session, const std::vector<RemovedBytes>& wanted
) {
    std::vector<RemovedBytes> removed;
    for (const RemovedBytes& share : wanted) {
        LAMBENT_TRY(const std::uint64_t freed, remove_oldest_of(session, share));
        removed.push_back({share.group_id, freed});
    }
    LAMBENT_TRY(
        session.run("DELETE FROM log_stream WHERE NOT EXISTS"
                    " (SELECT 1 FROM log_batch WHERE log_batch.stream_id = log_stream.id)")
    );
    return removed;
}

Result<std::vector<LogStreamInfo>> read_log_streams(sql::Session& session, std::int64_t group_id) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT s.name, s.created_ms, min(b.first_ms), max(b.last_ms), sum(b.bytes)"
            " FROM log_stream s LEFT JOIN log_batch b ON b.stream_id = s.id"
            " WHERE s.group_id = $1 GROUP BY s.id, s.name, s.created_ms ORDER BY s.name",
            {group_id}
        )
    );
    std::vector<LogStreamInfo> streams;
    for (const sql::Row& row : found.rows) {
        streams.push_back(
            {sql::as_text(row[0]),
             sql::as_int(row[1]),
             time_of(row[2]),
             time_of(row[3]),
             size_of(row[4])}
        );
    }
    return streams;
}

Result<std::vector<LogEvent>> search_logs(
    sql::Session& session, std::int64_t group_id, const LogQuery& query, const LogPattern& pattern
) {
    LAMBENT_TRY(const StreamNames names, wanted_streams(session, group_id, query));
    LAMBENT_TRY(
        const std::vector<Candidate> candidates, candidate_batches(session, group_id, query, names)
    );
    const auto wanted = [&](const PackedLine& line) {
        return in_range(line, query) && pattern.matches(line.text);
    };
    std::vector<LogEvent> events;
    for (const Candidate& candidate : candidates) {
        if (events.size() >= query.limit &&
            settled(events, candidate.first_sequence) >= query.limit) {
            break;
        }
        const std::string& stream = names.at(candidate.stream_id);
        LAMBENT_TRY(search_batch(session, candidate, stream, wanted, events));
    }
    keep_first(events, query.limit);
    return events;
}

}  // namespace lambent::runtime
