#include "triggers/queue/queue_rows.h"

#include "triggers/queue/queue_rules.h"

#include <optional>

// Queues, their tags, and tasks; message_rows.cpp has the messages.
namespace lambent::triggers {
namespace {

constexpr char kQueueSchema[] = R"(
CREATE TABLE queue (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    arn TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    visibility_s BIGINT NOT NULL,
    delay_s BIGINT NOT NULL,
    retention_s BIGINT NOT NULL,
    bytes_max BIGINT NOT NULL,
    wait_s BIGINT NOT NULL,
    content_based_deduplication BIGINT NOT NULL,
    deduplication_by_group BIGINT NOT NULL,
    throughput_by_group BIGINT NOT NULL,
    dead_letter_arn TEXT,
    receives_max BIGINT NOT NULL,
    redrive_allow TEXT,
    policy TEXT NOT NULL,
    kms_key TEXT NOT NULL,
    kms_reuse_s BIGINT NOT NULL,
    managed_encryption BIGINT NOT NULL
);
CREATE TABLE queue_allowed_source (
    queue BIGINT NOT NULL,
    arn TEXT NOT NULL
);
CREATE TABLE queue_tag (
    queue BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (queue, name)
);
CREATE TABLE queue_message (
    record BIGINT NOT NULL PRIMARY KEY,
    queue BIGINT NOT NULL,
    number BIGINT NOT NULL,
    id TEXT NOT NULL,
    sent_ms BIGINT NOT NULL,
    visible_ms BIGINT NOT NULL,
    first_received_ms BIGINT NOT NULL,
    receives BIGINT NOT NULL,
    receives_here BIGINT NOT NULL,
    group_id TEXT NOT NULL,
    source_arn TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    deduplication_id TEXT NOT NULL,
    trace_header TEXT NOT NULL,
    body TEXT,
    attributes BLOB
);
CREATE TABLE queue_content (
    record BIGINT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    attributes BLOB NOT NULL
);
CREATE TABLE queue_duplicate (
    queue BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    name TEXT NOT NULL,
    message_id TEXT NOT NULL,
    number BIGINT NOT NULL
);
CREATE INDEX queue_duplicate_end ON queue_duplicate (until_ms);
CREATE TABLE queue_move_task (
    handle TEXT NOT NULL PRIMARY KEY,
    source_arn TEXT NOT NULL,
    destination_arn TEXT NOT NULL,
    per_second BIGINT,
    status BIGINT NOT NULL,
    moved BIGINT NOT NULL,
    to_move BIGINT NOT NULL,
    started_ms BIGINT NOT NULL,
    failure TEXT NOT NULL
)
)";

using AllowKind = RedriveAllowPolicy::Kind;

std::string text_of(AllowKind kind) {
    switch (kind) {
        case AllowKind::kAllowAll:
            return "all";
        case AllowKind::kDenyAll:
            return "none";
        case AllowKind::kByQueue:
            return "listed";
    }
    return "all";
}

AllowKind allow_kind_of(const std::string& text) {
    if (text == "none") {
        return AllowKind::kDenyAll;
    }
    return text == "listed" ? AllowKind::kByQueue : AllowKind::kAllowAll;
}

std::uint32_t small(const sql::Value& value) {
    return static_cast<std::uint32_t>(sql::as_int(value));
}

QueueRows::Queue queue_from(const sql::Row& row) {
    QueueRows::Queue queue;
    queue.number = sql::as_int(row[0]);
    queue.description.name = sql::as_text(row[1]);
    queue.description.arn = sql::as_text(row[2]);
    queue.description.kind = kind_of(queue.description.name);
    queue.description.created_ms = sql::as_int(row[3]);
    queue.description.modified_ms = sql::as_int(row[4]);
    QueueSettings& settings = queue.description.settings;
    settings.visibility_s = small(row[5]);
    settings.delay_s = small(row[6]);
    settings.retention_s = small(row[7]);
    settings.bytes_max = small(row[8]);
    settings.wait_s = small(row[9]);
    settings.content_based_deduplication = sql::as_int(row[10]) != 0;
    if (sql::as_int(row[11]) != 0) {
        settings.deduplication_scope = DeduplicationScope::kMessageGroup;
    }
    if (sql::as_int(row[12]) != 0) {
        settings.throughput_limit = ThroughputLimit::kPerMessageGroup;
    }
    if (!sql::is_null(row[13])) {
        settings.redrive = RedrivePolicy{sql::as_text(row[13]), small(row[14])};
    }
    if (!sql::is_null(row[15])) {
        settings.redrive_allow = RedriveAllowPolicy{allow_kind_of(sql::as_text(row[15])), {}};
    }
    settings.policy = sql::as_text(row[16]);
    settings.kms_key = sql::as_text(row[17]);
    settings.kms_reuse_s = small(row[18]);
    settings.managed_encryption = sql::as_int(row[19]) != 0;
    return queue;
}

std::vector<sql::Value> values_of(const QueueRows::Queue& queue) {
    const QueueDescription& described = queue.description;
    const QueueSettings& settings = described.settings;
    const bool by_group = settings.deduplication_scope == DeduplicationScope::kMessageGroup;
    const bool fast = settings.throughput_limit == ThroughputLimit::kPerMessageGroup;
    sql::Value dead_letter_arn;
    std::int64_t receives_max = 0;
    if (settings.redrive) {
        dead_letter_arn = settings.redrive->dead_letter_arn;
        receives_max = settings.redrive->receives_max;
    }
    sql::Value allow;
    if (settings.redrive_allow) {
        allow = text_of(settings.redrive_allow->kind);
    }
    return {
        queue.number,
        described.name,
        described.arn,
        described.created_ms,
        described.modified_ms,
        std::int64_t{settings.visibility_s},
        std::int64_t{settings.delay_s},
        std::int64_t{settings.retention_s},
        std::int64_t{settings.bytes_max},
        std::int64_t{settings.wait_s},
        std::int64_t{settings.content_based_deduplication},
        std::int64_t{by_group},
        std::int64_t{fast},
        std::move(dead_letter_arn),
        receives_max,
        std::move(allow),
        settings.policy,
        settings.kms_key,
        std::int64_t{settings.kms_reuse_s},
        std::int64_t{settings.managed_encryption},
    };
}

MoveTask task_from(const sql::Row& row) {
    MoveTask task;
    task.handle = sql::as_text(row[0]);
    task.source_arn = sql::as_text(row[1]);
    task.destination_arn = sql::as_text(row[2]);
    if (!sql::is_null(row[3])) {
        task.per_second = small(row[3]);
    }
    task.status = static_cast<MoveTask::Status>(sql::as_int(row[4]));
    task.moved = static_cast<std::uint64_t>(sql::as_int(row[5]));
    task.to_move = static_cast<std::uint64_t>(sql::as_int(row[6]));
    task.started_ms = sql::as_int(row[7]);
    task.failure = sql::as_text(row[8]);
    return task;
}

Result<void> ran(const Result<sql::Rows>& rows) {
    return rows.has_error() ? Result<void>(rows.error()) : Result<void>();
}

}  // namespace

std::vector<sql::Migration> QueueRows::migrations() {
    return {{"triggers.queue", 1, kQueueSchema}};
}

Result<std::vector<QueueRows::Queue>> QueueRows::queues() {
    LAMBENT_TRY(const sql::Rows rows, session.run("SELECT * FROM queue ORDER BY number"));
    LAMBENT_TRY(const sql::Rows tags, session.run("SELECT queue, name, value FROM queue_tag"));
    LAMBENT_TRY(
        const sql::Rows allowed, session.run("SELECT queue, arn FROM queue_allowed_source")
    );
    std::vector<Queue> queues;
    for (const sql::Row& row : rows.rows) {
        Queue queue = queue_from(row);
        for (const sql::Row& tag : tags.rows) {
            if (sql::as_int(tag[0]) == queue.number) {
                queue.tags.emplace(sql::as_text(tag[1]), sql::as_text(tag[2]));
            }
        }
        for (const sql::Row& source : allowed.rows) {
            if (sql::as_int(source[0]) == queue.number) {
                queue.description.settings.redrive_allow->source_arns.push_back(
                    sql::as_text(source[1])
                );
            }
        }
        queues.push_back(std::move(queue));
    }
    return queues;
}

Result<void> QueueRows::put(const Queue& queue) {
    LAMBENT_TRY(session.run("DELETE FROM queue WHERE number = $1", {queue.number}));
    LAMBENT_TRY(session.run("DELETE FROM queue_tag WHERE queue = $1", {queue.number}));
    LAMBENT_TRY(session.run("DELETE FROM queue_allowed_source WHERE queue = $1", {queue.number}));
    LAMBENT_TRY(session.run(
        "INSERT INTO queue VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
        " $15, $16, $17, $18, $19, $20)",
        values_of(queue)
    ));
    for (const auto& [name, value] : queue.tags) {
        LAMBENT_TRY(
            session.run("INSERT INTO queue_tag VALUES ($1, $2, $3)", {queue.number, name, value})
        );
    }
    if (queue.description.settings.redrive_allow) {
        for (const std::string& arn : queue.description.settings.redrive_allow->source_arns) {
            LAMBENT_TRY(
                session.run("INSERT INTO queue_allowed_source VALUES ($1, $2)", {queue.number, arn})
            );
        }
    }
    return {};
}

Result<void> QueueRows::remove_queue(std::int64_t queue) {
    LAMBENT_TRY(remove_messages_of(queue));
    LAMBENT_TRY(session.run("DELETE FROM queue_duplicate WHERE queue = $1", {queue}));
    LAMBENT_TRY(session.run("DELETE FROM queue_tag WHERE queue = $1", {queue}));
    LAMBENT_TRY(session.run("DELETE FROM queue_allowed_source WHERE queue = $1", {queue}));
    return ran(session.run("DELETE FROM queue WHERE number = $1", {queue}));
}

Result<std::vector<QueueRows::Duplicate>> QueueRows::duplicates(std::int64_t now_ms) {
    LAMBENT_TRY(
        const sql::Rows rows,
        session.run(
            "SELECT queue, name, message_id, number, until_ms FROM queue_duplicate"
            " WHERE until_ms > $1 ORDER BY until_ms",
            {now_ms}
        )
    );
    std::vector<Duplicate> duplicates;
    for (const sql::Row& row : rows.rows) {
        duplicates.push_back(
            {sql::as_int(row[0]),
             sql::as_text(row[1]),
             {sql::as_text(row[2]), sql::as_int(row[3]), sql::as_int(row[4])}}
        );
    }
    return duplicates;
}

Result<void> QueueRows::insert(const Duplicate& duplicate) {
    return ran(session.run(
        "INSERT INTO queue_duplicate VALUES ($1, $2, $3, $4, $5)",
        {duplicate.queue,
         duplicate.original.until_ms,
         duplicate.key,
         duplicate.original.message_id,
         duplicate.original.number}
    ));
}

Result<void> QueueRows::forget_duplicates(std::int64_t now_ms) {
    return ran(session.run("DELETE FROM queue_duplicate WHERE until_ms <= $1", {now_ms}));
}

Result<std::vector<MoveTask>> QueueRows::move_tasks() {
    LAMBENT_TRY(
        const sql::Rows rows, session.run("SELECT * FROM queue_move_task ORDER BY started_ms")
    );
    std::vector<MoveTask> tasks;
    for (const sql::Row& row : rows.rows) {
        tasks.push_back(task_from(row));
    }
    return tasks;
}

Result<void> QueueRows::put(const MoveTask& task) {
    LAMBENT_TRY(session.run("DELETE FROM queue_move_task WHERE handle = $1", {task.handle}));
    sql::Value per_second;
    if (task.per_second) {
        per_second = std::int64_t{*task.per_second};
    }
    return ran(session.run(
        "INSERT INTO queue_move_task VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        {task.handle,
         task.source_arn,
         task.destination_arn,
         std::move(per_second),
         static_cast<std::int64_t>(task.status),
         static_cast<std::int64_t>(task.moved),
         static_cast<std::int64_t>(task.to_move),
         task.started_ms,
         task.failure}
    ));
}

Result<QueueRows::All> QueueRows::read_all(std::int64_t now_ms) {
    All all;
    LAMBENT_TRY(all.queues, queues());
    LAMBENT_TRY(all.messages, messages());
    LAMBENT_TRY(all.duplicates, duplicates(now_ms));
    LAMBENT_TRY(all.tasks, move_tasks());
    return all;
}

}  // namespace lambent::triggers
