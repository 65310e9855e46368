#include "triggers/schedules/schedule_rows.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr char kScheduleSchema[] = R"(
CREATE TABLE schedule (
    group_name TEXT NOT NULL,
    name TEXT NOT NULL,
    expression TEXT NOT NULL,
    zone TEXT NOT NULL,
    start_ms BIGINT,
    end_ms BIGINT,
    window_minutes BIGINT NOT NULL,
    enabled BIGINT NOT NULL,
    delete_after BIGINT NOT NULL,
    description TEXT NOT NULL,
    kms_key TEXT NOT NULL,
    target_arn TEXT NOT NULL,
    role TEXT NOT NULL,
    input TEXT,
    age_s_max BIGINT NOT NULL,
    retries_max BIGINT NOT NULL,
    dead_letter_arn TEXT NOT NULL,
    group_id TEXT NOT NULL,
    detail_type TEXT NOT NULL,
    source TEXT NOT NULL,
    client_token TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    anchor_ms BIGINT NOT NULL,
    PRIMARY KEY (group_name, name)
);
CREATE TABLE schedule_group (
    name TEXT NOT NULL PRIMARY KEY,
    client_token TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL
);
CREATE TABLE schedule_group_tag (
    group_name TEXT NOT NULL,
    tag TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (group_name, tag)
)
)";

constexpr char kSelect[] =
    "SELECT group_name, name, expression, zone, start_ms, end_ms, window_minutes, enabled,"
    " delete_after, description, kms_key, target_arn, role, input, age_s_max, retries_max,"
    " dead_letter_arn, group_id, detail_type, source, client_token, created_ms, modified_ms,"
    " anchor_ms FROM schedule";

sql::Value ms_or_null(const std::optional<std::int64_t>& ms) {
    return ms ? sql::Value(*ms) : sql::Value();
}

std::optional<std::int64_t> ms_if_any(const sql::Value& value) {
    return sql::is_null(value) ? std::nullopt : std::optional(sql::as_int(value));
}

ScheduleTarget target_from(const sql::Row& row) {
    ScheduleTarget target;
    target.arn = sql::as_text(row[11]);
    target.role = sql::as_text(row[12]);
    if (!sql::is_null(row[13])) {
        target.input = sql::as_text(row[13]);
    }
    target.age_s_max = sql::as_int(row[14]);
    target.retries_max = sql::as_int(row[15]);
    target.dead_letter_arn = sql::as_text(row[16]);
    target.group_id = sql::as_text(row[17]);
    target.detail_type = sql::as_text(row[18]);
    target.source = sql::as_text(row[19]);
    return target;
}

Schedule schedule_from(const sql::Row& row) {
    Schedule schedule;
    schedule.group = sql::as_text(row[0]);
    schedule.name = sql::as_text(row[1]);
    schedule.expression = sql::as_text(row[2]);
    schedule.zone = sql::as_text(row[3]);
    schedule.start_ms = ms_if_any(row[4]);
    schedule.end_ms = ms_if_any(row[5]);
    schedule.window_minutes = sql::as_int(row[6]);
    schedule.enabled = sql::as_int(row[7]) != 0;
    schedule.delete_after = sql::as_int(row[8]) != 0;
    schedule.description = sql::as_text(row[9]);
    schedule.kms_key = sql::as_text(row[10]);
    schedule.target = target_from(row);
    schedule.client_token = sql::as_text(row[20]);
    schedule.created_ms = sql::as_int(row[21]);
    schedule.modified_ms = sql::as_int(row[22]);
    schedule.anchor_ms = sql::as_int(row[23]);
    return schedule;
}

ScheduleGroup group_from(const sql::Row& row) {
    ScheduleGroup group;
    group.name = sql::as_text(row[0]);
    group.client_token = sql::as_text(row[1]);
    group.created_ms = sql::as_int(row[2]);
    group.modified_ms = sql::as_int(row[3]);
    return group;
}

std::int64_t number(bool flag) {
    return flag ? 1 : 0;
}

}  // namespace

std::vector<sql::Migration> ScheduleRows::migrations() {
    return {{"schedules", 1, kScheduleSchema}};
}

// --- Schedules

Result<std::optional<Schedule>> ScheduleRows::find(
    const std::string& group, const std::string& name
) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(std::string(kSelect) + " WHERE group_name = $1 AND name = $2", {group, name})
    );
    return found.rows.empty() ? std::nullopt : std::optional(schedule_from(found.rows[0]));
}

Result<Schedule> ScheduleRows::get(const std::string& group, const std::string& name) {
    LAMBENT_TRY(get_group(group));
    LAMBENT_TRY(std::optional<Schedule> schedule, find(group, name));
    if (!schedule) {
        return Error(Code::kNotFound, "schedule", "Schedule " + name + " does not exist.");
    }
    return *std::move(schedule);
}

Result<void> ScheduleRows::put(const Schedule& schedule) {
    LAMBENT_TRY(remove(schedule.group, schedule.name));
    const ScheduleTarget& target = schedule.target;
    LAMBENT_TRY(session.run(
        "INSERT INTO schedule (group_name, name, expression, zone, start_ms, end_ms,"
        " window_minutes, enabled, delete_after, description, kms_key, target_arn, role, input,"
        " age_s_max, retries_max, dead_letter_arn, group_id, detail_type, source, client_token,"
        " created_ms, modified_ms, anchor_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
        " $19, $20, $21, $22, $23, $24)",
        {schedule.group,
         schedule.name,
         schedule.expression,
         schedule.zone,
         ms_or_null(schedule.start_ms),
         ms_or_null(schedule.end_ms),
         schedule.window_minutes,
         number(schedule.enabled),
         number(schedule.delete_after),
         schedule.description,
         schedule.kms_key,
         target.arn,
         target.role,
         target.input ? sql::Value(*target.input) : sql::Value(),
         target.age_s_max,
         target.retries_max,
         target.dead_letter_arn,
         target.group_id,
         target.detail_type,
         target.source,
         schedule.client_token,
         schedule.created_ms,
         schedule.modified_ms,
         schedule.anchor_ms}
    ));
    return {};
}

Result<void> ScheduleRows::remove(const std::string& group, const std::string& name) {
    LAMBENT_TRY(
        session.run("DELETE FROM schedule WHERE group_name = $1 AND name = $2", {group, name})
    );
    return {};
}

Result<std::vector<Schedule>> ScheduleRows::list(const ScheduleFilter& filter) {
    const std::int64_t state = filter.enabled ? number(*filter.enabled) : -1;
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            std::string(kSelect) +
                " WHERE ($1 = '' OR group_name = $1) AND SUBSTR(name, 1, $2) = $3"
                " AND ($4 = -1 OR enabled = $4)"
                " AND (group_name > $5 OR (group_name = $5 AND name > $6))"
                " ORDER BY group_name, name LIMIT $7",
            {filter.group,
             static_cast<std::int64_t>(filter.name_prefix.size()),
             filter.name_prefix,
             state,
             filter.after_group,
             filter.after_name,
             static_cast<std::int64_t>(filter.count_max)}
        )
    );
    std::vector<Schedule> schedules;
    for (const sql::Row& row : found.rows) {
        schedules.push_back(schedule_from(row));
    }
    return schedules;
}

Result<std::vector<std::string>> ScheduleRows::names_in(const std::string& group) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT name FROM schedule WHERE group_name = $1", {group})
    );
    std::vector<std::string> names;
    for (const sql::Row& row : found.rows) {
        names.push_back(sql::as_text(row[0]));
    }
    return names;
}

// --- Groups

Result<std::optional<ScheduleGroup>> ScheduleRows::find_group(const std::string& name) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT name, client_token, created_ms, modified_ms FROM schedule_group"
            " WHERE name = $1",
            {name}
        )
    );
    if (found.rows.empty()) {
        return std::optional<ScheduleGroup>();
    }
    ScheduleGroup group = group_from(found.rows[0]);
    LAMBENT_TRY(
        const sql::Rows tags,
        session.run("SELECT tag, value FROM schedule_group_tag WHERE group_name = $1", {name})
    );
    for (const sql::Row& row : tags.rows) {
        group.tags[sql::as_text(row[0])] = sql::as_text(row[1]);
    }
    return std::optional(std::move(group));
}

Result<ScheduleGroup> ScheduleRows::get_group(const std::string& name) {
    LAMBENT_TRY(std::optional<ScheduleGroup> group, find_group(name));
    if (!group) {
        return Error(Code::kNotFound, "group", "Schedule group " + name + " does not exist.");
    }
    return *std::move(group);
}

Result<void> ScheduleRows::put_group(const ScheduleGroup& group) {
    LAMBENT_TRY(remove_group(group.name));
    LAMBENT_TRY(session.run(
        "INSERT INTO schedule_group (name, client_token, created_ms, modified_ms)"
        " VALUES ($1, $2, $3, $4)",
        {group.name, group.client_token, group.created_ms, group.modified_ms}
    ));
    for (const auto& [tag, value] : group.tags) {
        LAMBENT_TRY(session.run(
            "INSERT INTO schedule_group_tag (group_name, tag, value) VALUES ($1, $2, $3)",
            {group.name, tag, value}
        ));
    }
    return {};
}

Result<void> ScheduleRows::remove_group(const std::string& name) {
    LAMBENT_TRY(session.run("DELETE FROM schedule_group_tag WHERE group_name = $1", {name}));
    LAMBENT_TRY(session.run("DELETE FROM schedule_group WHERE name = $1", {name}));
    return {};
}

Result<std::vector<ScheduleGroup>> ScheduleRows::list_groups(const ScheduleFilter& filter) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT name, client_token, created_ms, modified_ms FROM schedule_group"
            " WHERE SUBSTR(name, 1, $1) = $2 AND name > $3 ORDER BY name LIMIT $4",
            {static_cast<std::int64_t>(filter.name_prefix.size()),
             filter.name_prefix,
             filter.after_name,
             static_cast<std::int64_t>(filter.count_max)}
        )
    );
    std::vector<ScheduleGroup> groups;
    for (const sql::Row& row : found.rows) {
        groups.push_back(group_from(row));
    }
    return groups;
}

Result<std::int64_t> ScheduleRows::count_groups() {
    LAMBENT_TRY(const sql::Rows found, session.run("SELECT COUNT(*) FROM schedule_group"));
    return sql::as_int(found.rows[0][0]);
}

}  // namespace lambent::triggers
