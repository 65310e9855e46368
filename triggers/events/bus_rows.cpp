#include "triggers/events/bus_rows.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace lambent::triggers {
namespace {

// Maps of texts (tags, paths) are JSON objects: nobody looks for what stands in them.
constexpr char kBusSchema[] = R"(
CREATE TABLE event_bus (
    name TEXT NOT NULL PRIMARY KEY,
    description TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL
);
CREATE TABLE event_rule (
    bus TEXT NOT NULL,
    name TEXT NOT NULL,
    pattern TEXT NOT NULL,
    schedule TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    description TEXT NOT NULL,
    role TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    anchor_ms BIGINT NOT NULL,
    PRIMARY KEY (bus, name)
);
CREATE TABLE event_target (
    bus TEXT NOT NULL,
    rule TEXT NOT NULL,
    id TEXT NOT NULL,
    arn TEXT NOT NULL,
    role TEXT NOT NULL,
    input TEXT,
    input_path TEXT NOT NULL,
    template TEXT,
    template_paths TEXT NOT NULL,
    age_s_max BIGINT,
    retries_max BIGINT,
    dead_letter_arn TEXT NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (bus, rule, id)
)
)";

constexpr char kSelectRule[] =
    "SELECT bus, name, pattern, schedule, enabled, description, role, tags, created_ms, anchor_ms"
    " FROM event_rule";
constexpr char kSelectTarget[] =
    "SELECT bus, rule, id, arn, role, input, input_path, template, template_paths, age_s_max,"
    " retries_max, dead_letter_arn, group_id FROM event_target";

std::string text_of(const Tags& map) {
    return nlohmann::json(map).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Tags map_of(const sql::Value& value) {
    Tags map;
    const auto parsed = nlohmann::json::parse(sql::as_text(value), nullptr, false);
    if (parsed.is_object()) {
        for (const auto& [key, item] : parsed.items()) {
            map[key] = item.is_string() ? item.get<std::string>() : std::string();
        }
    }
    return map;
}

sql::Value number_or_null(const std::optional<std::int64_t>& number) {
    return number ? sql::Value(*number) : sql::Value();
}

std::optional<std::int64_t> number_if_any(const sql::Value& value) {
    return sql::is_null(value) ? std::nullopt : std::optional(sql::as_int(value));
}

EventBus bus_from(const sql::Row& row) {
    EventBus bus;
    bus.name = sql::as_text(row[0]);
    bus.description = sql::as_text(row[1]);
    bus.tags = map_of(row[2]);
    bus.created_ms = sql::as_int(row[3]);
    bus.modified_ms = sql::as_int(row[4]);
    return bus;
}

Rule rule_from(const sql::Row& row) {
    Rule rule;
    rule.bus = sql::as_text(row[0]);
    rule.name = sql::as_text(row[1]);
    rule.pattern = sql::as_text(row[2]);
    rule.schedule = sql::as_text(row[3]);
    rule.enabled = sql::as_int(row[4]) != 0;
    rule.description = sql::as_text(row[5]);
    rule.role = sql::as_text(row[6]);
    rule.tags = map_of(row[7]);
    rule.created_ms = sql::as_int(row[8]);
    rule.anchor_ms = sql::as_int(row[9]);
    return rule;
}

RuleTarget target_from(const sql::Row& row) {
    RuleTarget target;
    target.id = sql::as_text(row[2]);
    target.arn = sql::as_text(row[3]);
    target.role = sql::as_text(row[4]);
    if (!sql::is_null(row[5])) {
        target.input = sql::as_text(row[5]);
    }
    target.input_path = sql::as_text(row[6]);
    if (!sql::is_null(row[7])) {
        target.transformer = InputTransformer{map_of(row[8]), sql::as_text(row[7])};
    }
    target.age_s_max = number_if_any(row[9]);
    target.retries_max = number_if_any(row[10]);
    target.dead_letter_arn = sql::as_text(row[11]);
    target.group_id = sql::as_text(row[12]);
    return target;
}

}  // namespace

std::vector<sql::Migration> BusRows::migrations() {
    return {{"events", 1, kBusSchema}};
}

// --- Reading

Result<BusRows::All> BusRows::read_all() {
    All all;
    LAMBENT_TRY(
        const sql::Rows buses,
        session.run("SELECT name, description, tags, created_ms, modified_ms FROM event_bus")
    );
    for (const sql::Row& row : buses.rows) {
        all.buses.push_back(bus_from(row));
    }
    LAMBENT_TRY(const sql::Rows rules, session.run(kSelectRule));
    for (const sql::Row& row : rules.rows) {
        all.rules.push_back(rule_from(row));
    }
    LAMBENT_TRY(const sql::Rows targets, session.run(kSelectTarget));
    for (const sql::Row& row : targets.rows) {
        all.targets.push_back({sql::as_text(row[0]), sql::as_text(row[1]), target_from(row)});
    }
    return all;
}

Result<bool> BusRows::has_bus(const std::string& bus) {
    LAMBENT_TRY(
        const sql::Rows found, session.run("SELECT name FROM event_bus WHERE name = $1", {bus})
    );
    return !found.rows.empty();
}

Result<bool> BusRows::has_rules(const std::string& bus) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT name FROM event_rule WHERE bus = $1 LIMIT 1", {bus})
    );
    return !found.rows.empty();
}

Result<std::optional<Rule>> BusRows::find_rule(const std::string& bus, const std::string& rule) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(std::string(kSelectRule) + " WHERE bus = $1 AND name = $2", {bus, rule})
    );
    return found.rows.empty() ? std::nullopt : std::optional(rule_from(found.rows[0]));
}

Result<std::vector<RuleTarget>> BusRows::targets_of(
    const std::string& bus, const std::string& rule
) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            std::string(kSelectTarget) + " WHERE bus = $1 AND rule = $2 ORDER BY id", {bus, rule}
        )
    );
    std::vector<RuleTarget> targets;
    for (const sql::Row& row : found.rows) {
        targets.push_back(target_from(row));
    }
    return targets;
}

// --- Writing

Result<void> BusRows::put(const EventBus& bus) {
    LAMBENT_TRY(remove_bus(bus.name));
    LAMBENT_TRY(session.run(
        "INSERT INTO event_bus (name, description, tags, created_ms, modified_ms)"
        " VALUES ($1, $2, $3, $4, $5)",
        {bus.name, bus.description, text_of(bus.tags), bus.created_ms, bus.modified_ms}
    ));
    return {};
}

Result<void> BusRows::put(const Rule& rule) {
    LAMBENT_TRY(
        session.run("DELETE FROM event_rule WHERE bus = $1 AND name = $2", {rule.bus, rule.name})
    );
    LAMBENT_TRY(session.run(
        "INSERT INTO event_rule (bus, name, pattern, schedule, enabled, description, role, tags,"
        " created_ms, anchor_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        {rule.bus,
         rule.name,
         rule.pattern,
         rule.schedule,
         std::int64_t{rule.enabled ? 1 : 0},
         rule.description,
         rule.role,
         text_of(rule.tags),
         rule.created_ms,
         rule.anchor_ms}
    ));
    return {};
}

Result<void> BusRows::put(
    const std::string& bus, const std::string& rule, const RuleTarget& target
) {
    LAMBENT_TRY(remove_target(bus, rule, target.id));
    const auto& transformer = target.transformer;
    LAMBENT_TRY(session.run(
        "INSERT INTO event_target (bus, rule, id, arn, role, input, input_path, template,"
        " template_paths, age_s_max, retries_max, dead_letter_arn, group_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        {bus,
         rule,
         target.id,
         target.arn,
         target.role,
         target.input ? sql::Value(*target.input) : sql::Value(),
         target.input_path,
         transformer ? sql::Value(transformer->text) : sql::Value(),
         transformer ? text_of(transformer->paths) : std::string("{}"),
         number_or_null(target.age_s_max),
         number_or_null(target.retries_max),
         target.dead_letter_arn,
         target.group_id}
    ));
    return {};
}

Result<void> BusRows::remove_bus(const std::string& bus) {
    LAMBENT_TRY(session.run("DELETE FROM event_bus WHERE name = $1", {bus}));
    return {};
}

Result<void> BusRows::remove_rule(const std::string& bus, const std::string& rule) {
    LAMBENT_TRY(session.run("DELETE FROM event_target WHERE bus = $1 AND rule = $2", {bus, rule}));
    LAMBENT_TRY(session.run("DELETE FROM event_rule WHERE bus = $1 AND name = $2", {bus, rule}));
    return {};
}

Result<void> BusRows::remove_target(
    const std::string& bus, const std::string& rule, const std::string& id
) {
    LAMBENT_TRY(session.run(
        "DELETE FROM event_target WHERE bus = $1 AND rule = $2 AND id = $3", {bus, rule, id}
    ));
    return {};
}

}  // namespace lambent::triggers
