#include "scheduler/outbox/outbox_rows.h"

#include "base/failpoint.h"
#include "scheduler/outbox/delivery_policy.h"

#include <nlohmann/json.hpp>

namespace lambent::scheduler {
namespace {

constexpr char kOutboxSchema[] = R"(
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    position BIGINT NOT NULL,
    target TEXT NOT NULL,
    message_group TEXT NOT NULL,
    state BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    accepted_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL
);
CREATE UNIQUE INDEX outbox_position ON outbox (position);
CREATE INDEX outbox_due ON outbox (target, state, due_ms);
CREATE INDEX outbox_group ON outbox (target, message_group, position);
CREATE TABLE outbox_content (
    id TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    envelope BLOB NOT NULL
)
)";

enum class State : std::int64_t { kWaiting = 0, kSending = 1, kBehind = 2 };

constexpr std::int64_t number_of(State state) {
    return static_cast<std::int64_t>(state);
}

nlohmann::json others_json(const TargetMessage& message) {
    nlohmann::json all = nlohmann::json::object();
    for (const auto& [name, attribute] : message.other_attributes) {
        all[name] = {attribute.type, attribute.value};
    }
    return all;
}

// What was written before there were such attributes has none.
void read_others(const nlohmann::json& json, TargetMessage& message) {
    const auto all = json.find("other_attributes");
    if (all == json.end()) {
        return;
    }
    for (const auto& [name, attribute] : all->items()) {
        TypedAttribute& read = message.other_attributes[name];
        attribute.at(0).get_to(read.type);
        attribute.at(1).get_to(read.value);
    }
}

// CBOR, which keeps strings as they are even where they are not UTF-8.
sql::Blob envelope_of(const TargetMessage& message, const DeliveryRules& rules) {
    const nlohmann::json json = {
        {"source_arn", message.source_arn},
        {"attributes", message.attributes},
        {"number_attributes", message.number_attributes},
        {"other_attributes", others_json(message)},
        {"deduplication_id", message.deduplication_id},
        {"detail_type", message.detail_type},
        {"source", message.source},
        {"resources", message.resources},
        {"trace_header", message.trace_header},
        {"attempts_max", rules.attempts_max},
        {"age_ms_max", rules.age_ms_max},
        {"dead_letter_arn", rules.dead_letter_arn},
        {"dead_letter_attributes", rules.dead_letter_attributes},
        {"dead_letter_body", rules.dead_letter_body},
    };
    sql::Blob blob;
    nlohmann::json::to_cbor(json, blob.bytes);
    return blob;
}

Result<void> read_envelope(const std::string& bytes, TargetMessage& message, DeliveryRules& rules) {
    try {
        const nlohmann::json json = nlohmann::json::from_cbor(bytes);
        json.at("source_arn").get_to(message.source_arn);
        json.at("attributes").get_to(message.attributes);
        json.at("number_attributes").get_to(message.number_attributes);
        read_others(json, message);
        json.at("deduplication_id").get_to(message.deduplication_id);
        json.at("detail_type").get_to(message.detail_type);
        json.at("source").get_to(message.source);
        json.at("resources").get_to(message.resources);
        json.at("trace_header").get_to(message.trace_header);
        json.at("attempts_max").get_to(rules.attempts_max);
        json.at("age_ms_max").get_to(rules.age_ms_max);
        json.at("dead_letter_arn").get_to(rules.dead_letter_arn);
        json.at("dead_letter_attributes").get_to(rules.dead_letter_attributes);
        json.at("dead_letter_body").get_to(rules.dead_letter_body);
    } catch (const nlohmann::json::exception& e) {
        return Error(Code::kCorrupted, "outbox message " + message.id + ": " + e.what());
    }
    return {};
}

}  // namespace

std::vector<sql::Migration> OutboxRows::migrations() {
    return {{"outbox", 1, kOutboxSchema}};
}

Result<void> OutboxRows::insert(const Entry& entry) {
    const TargetMessage& message = entry.message;
    LAMBENT_TRY(
        const sql::Rows known, session.run("SELECT 1 FROM outbox WHERE id = $1", {message.id})
    );
    if (!known.rows.empty()) {
        return {};
    }
    LAMBENT_TRY(const std::int64_t position, next_position());
    LAMBENT_TRY(const bool is_behind, has_group(message));
    LAMBENT_TRY(session.run(
        "INSERT INTO outbox"
        " (id, position, target, message_group, state, due_ms, accepted_ms, attempts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6, 0)",
        {message.id,
         position,
         message.target_arn,
         message.group_id,
         number_of(is_behind ? State::kBehind : State::kWaiting),
         entry.accepted_ms}
    ));
    failpoint("outbox.add.message_added");
    LAMBENT_TRY(session.run(
        "INSERT INTO outbox_content (id, body, envelope) VALUES ($1, $2, $3)",
        {message.id, sql::Blob{message.body}, envelope_of(message, entry.rules)}
    ));
    failpoint("outbox.add.content_added");
    return {};
}

Result<std::int64_t> OutboxRows::next_position() {
    LAMBENT_TRY(
        const sql::Rows last,
        session.run("SELECT position FROM outbox ORDER BY position DESC LIMIT 1")
    );
    return last.rows.empty() ? 1 : sql::as_int(last.rows[0][0]) + 1;
}

Result<bool> OutboxRows::has_group(const TargetMessage& message) {
    if (message.group_id.empty()) {
        return false;
    }
    LAMBENT_TRY(
        const sql::Rows earlier,
        session.run(
            "SELECT 1 FROM outbox WHERE target = $1 AND message_group = $2 LIMIT 1",
            {message.target_arn, message.group_id}
        )
    );
    return !earlier.rows.empty();
}

Result<OutboxRows::Taken> OutboxRows::claim(
    const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms
) {
    LAMBENT_TRY(
        const sql::Rows due,
        session.run(
            "SELECT id, message_group, accepted_ms, attempts FROM outbox"
            " WHERE target = $1 AND state = $2 AND (due_ms <= $3 OR due_ms > $4)"
            " ORDER BY due_ms, position LIMIT $5",
            {claim.key,
             number_of(State::kWaiting),
             now_ms,
             now_ms + wait_max_ms,
             static_cast<std::int64_t>(claim.count_max)}
        )
    );
    Taken taken;
    for (const sql::Row& row : due.rows) {
        Entry entry;
        entry.message.id = sql::as_text(row[0]);
        entry.message.target_arn = claim.key;
        entry.message.group_id = sql::as_text(row[1]);
        entry.accepted_ms = sql::as_int(row[2]);
        entry.attempts = static_cast<std::uint32_t>(sql::as_int(row[3])) + 1;
        LAMBENT_TRY(session.run(
            "UPDATE outbox SET state = $2, attempts = attempts + 1 WHERE id = $1",
            {entry.message.id, number_of(State::kSending)}
        ));
        failpoint("outbox.claim.counted");
        LAMBENT_TRY(read_content(entry));
        failpoint("outbox.claim.content_read");
        taken.entries.push_back(std::move(entry));
    }
    LAMBENT_TRY(
        const sql::Rows left,
        session.run(
            "SELECT due_ms FROM outbox WHERE target = $1 AND state = $2 ORDER BY due_ms LIMIT 1",
            {claim.key, number_of(State::kWaiting)}
        )
    );
    if (!left.rows.empty()) {
        taken.next_due_ms = sql::as_int(left.rows[0][0]);
    }
    return taken;
}

Result<void> OutboxRows::read_content(Entry& entry) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT body, envelope FROM outbox_content WHERE id = $1", {entry.message.id})
    );
    if (found.rows.empty()) {
        return Error(
            Code::kCorrupted, "outbox message " + entry.message.id + " has lost its content"
        );
    }
    entry.message.body = sql::as_blob(found.rows[0][0]);
    return read_envelope(sql::as_blob(found.rows[0][1]), entry.message, entry.rules);
}

Result<void> OutboxRows::put_back(const std::string& id, std::int64_t due_ms) {
    LAMBENT_TRY(session.run(
        "UPDATE outbox SET state = $2, due_ms = $3 WHERE id = $1",
        {id, number_of(State::kWaiting), due_ms}
    ));
    failpoint("outbox.retry.message_freed");
    return {};
}

Result<void> OutboxRows::give_back(const std::string& id, std::int64_t due_ms) {
    LAMBENT_TRY(session.run(
        "UPDATE outbox SET state = $2, due_ms = $3, attempts = attempts - 1 WHERE id = $1",
        {id, number_of(State::kWaiting), due_ms}
    ));
    return {};
}

Result<void> OutboxRows::remove(const std::string& id) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT target, message_group FROM outbox WHERE id = $1", {id})
    );
    LAMBENT_TRY(session.run("DELETE FROM outbox WHERE id = $1", {id}));
    failpoint("outbox.remove.message_removed");
    LAMBENT_TRY(session.run("DELETE FROM outbox_content WHERE id = $1", {id}));
    failpoint("outbox.remove.content_removed");
    if (found.rows.empty() || sql::as_text(found.rows[0][1]).empty()) {
        return {};
    }
    LAMBENT_TRY(session.run(
        "UPDATE outbox SET state = $3 WHERE state = $4 AND id ="
        " (SELECT id FROM outbox WHERE target = $1 AND message_group = $2"
        " ORDER BY position LIMIT 1)",
        {found.rows[0][0], found.rows[0][1], number_of(State::kWaiting), number_of(State::kBehind)}
    ));
    failpoint("outbox.remove.next_freed");
    return {};
}

Result<void> OutboxRows::take_back_attempts(std::int64_t now_ms) {
    LAMBENT_TRY(
        const sql::Rows cut,
        session.run(
            "SELECT id, attempts FROM outbox WHERE state = $1", {number_of(State::kSending)}
        )
    );
    for (const sql::Row& row : cut.rows) {
        const auto attempts = static_cast<std::uint32_t>(sql::as_int(row[1]));
        const std::int64_t due_ms = now_ms + wait_before_redelivery(attempts, 0).count();
        LAMBENT_TRY(put_back(sql::as_text(row[0]), due_ms));
        failpoint("outbox.recover.message_freed");
    }
    return {};
}

Result<std::vector<std::pair<std::string, std::int64_t>>> OutboxRows::recover(std::int64_t now_ms) {
    LAMBENT_TRY(take_back_attempts(now_ms));
    LAMBENT_TRY(
        const sql::Rows waiting,
        session.run("SELECT target, MIN(due_ms) FROM outbox GROUP BY target")
    );
    std::vector<std::pair<std::string, std::int64_t>> targets;
    for (const sql::Row& row : waiting.rows) {
        targets.emplace_back(sql::as_text(row[0]), sql::as_int(row[1]));
    }
    return targets;
}

}  // namespace lambent::scheduler
