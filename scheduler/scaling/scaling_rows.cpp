#include "scheduler/scaling/scaling_rows.h"

#include <utility>

namespace lambent::scheduler {
namespace {

constexpr char kScalingSchema[] = R"(
CREATE TABLE scaling_target (
    resource TEXT NOT NULL PRIMARY KEY,
    slots_min BIGINT NOT NULL,
    slots_max BIGINT NOT NULL,
    role TEXT NOT NULL,
    scale_in_suspended BIGINT NOT NULL,
    scale_out_suspended BIGINT NOT NULL,
    scheduled_suspended BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE TABLE scaling_policy (
    resource TEXT NOT NULL,
    name TEXT NOT NULL,
    target DOUBLE PRECISION NOT NULL,
    out_cooldown_s BIGINT NOT NULL,
    in_cooldown_s BIGINT NOT NULL,
    scale_in BIGINT NOT NULL,
    id TEXT NOT NULL,
    high_id TEXT NOT NULL,
    low_id TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (resource, name)
);
CREATE TABLE scaling_action (
    resource TEXT NOT NULL,
    name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    zone TEXT NOT NULL,
    start_ms BIGINT,
    end_ms BIGINT,
    slots_min BIGINT,
    slots_max BIGINT,
    id TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (resource, name)
);
CREATE TABLE scaling_activity (
    number BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    resource TEXT NOT NULL,
    description TEXT NOT NULL,
    cause TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX scaling_activity_of_resource ON scaling_activity (resource, number)
)";

template <class Number>
sql::Value or_null(const std::optional<Number>& number) {
    return number ? sql::Value(static_cast<std::int64_t>(*number)) : sql::Value();
}

template <class Number>
std::optional<Number> if_any(const sql::Value& value) {
    return sql::is_null(value) ? std::nullopt
                               : std::optional(static_cast<Number>(sql::as_int(value)));
}

std::uint32_t slots_in(const sql::Value& value) {
    return static_cast<std::uint32_t>(sql::as_int(value));
}

ScalableTarget target_from(const sql::Row& row) {
    ScalableTarget target;
    target.resource = sql::as_text(row[0]);
    target.slots_min = slots_in(row[1]);
    target.slots_max = slots_in(row[2]);
    target.role = sql::as_text(row[3]);
    target.suspended.scale_in = sql::as_int(row[4]) != 0;
    target.suspended.scale_out = sql::as_int(row[5]) != 0;
    target.suspended.scheduled = sql::as_int(row[6]) != 0;
    target.created_ms = sql::as_int(row[7]);
    return target;
}

ScalingPolicy policy_from(const sql::Row& row) {
    ScalingPolicy policy;
    policy.resource = sql::as_text(row[0]);
    policy.name = sql::as_text(row[1]);
    policy.target = sql::as_double(row[2]);
    policy.out_cooldown = std::chrono::seconds(sql::as_int(row[3]));
    policy.in_cooldown = std::chrono::seconds(sql::as_int(row[4]));
    policy.scale_in = sql::as_int(row[5]) != 0;
    policy.id = sql::as_text(row[6]);
    policy.high_id = sql::as_text(row[7]);
    policy.low_id = sql::as_text(row[8]);
    policy.created_ms = sql::as_int(row[9]);
    return policy;
}

ScheduledAction action_from(const sql::Row& row) {
    ScheduledAction action;
    action.resource = sql::as_text(row[0]);
    action.name = sql::as_text(row[1]);
    action.schedule = sql::as_text(row[2]);
    action.zone = sql::as_text(row[3]);
    action.start_ms = if_any<std::int64_t>(row[4]);
    action.end_ms = if_any<std::int64_t>(row[5]);
    action.slots_min = if_any<std::uint32_t>(row[6]);
    action.slots_max = if_any<std::uint32_t>(row[7]);
    action.id = sql::as_text(row[8]);
    action.created_ms = sql::as_int(row[9]);
    action.seen_ms = sql::as_int(row[10]);
    return action;
}

ScalingActivity activity_from(const sql::Row& row) {
    ScalingActivity activity;
    activity.id = sql::as_text(row[0]);
    activity.resource = sql::as_text(row[1]);
    activity.description = sql::as_text(row[2]);
    activity.cause = sql::as_text(row[3]);
    activity.start_ms = sql::as_int(row[4]);
    activity.end_ms = sql::as_int(row[5]);
    activity.status = sql::as_text(row[6]);
    activity.message = sql::as_text(row[7]);
    return activity;
}

template <class Item>
std::vector<Item> all_from(const sql::Rows& rows, Item (*read)(const sql::Row&)) {
    std::vector<Item> items;
    for (const sql::Row& row : rows.rows) {
        items.push_back(read(row));
    }
    return items;
}

Result<void> done(const Result<sql::Rows>& ran) {
    return ran.has_error() ? Result<void>(ran.error()) : Result<void>();
}

}  // namespace

std::vector<sql::Migration> ScalingRows::migrations() {
    return {{"scheduler.scaling", 1, kScalingSchema}};
}

Result<ScalingRows::All> ScalingRows::read_all() {
    All all;
    LAMBENT_TRY(
        const sql::Rows targets,
        session.run("SELECT resource, slots_min, slots_max, role, scale_in_suspended,"
                    " scale_out_suspended, scheduled_suspended, created_ms FROM scaling_target")
    );
    LAMBENT_TRY(
        const sql::Rows policies,
        session.run("SELECT resource, name, target, out_cooldown_s, in_cooldown_s, scale_in, id,"
                    " high_id, low_id, created_ms FROM scaling_policy")
    );
    LAMBENT_TRY(
        const sql::Rows actions,
        session.run("SELECT resource, name, schedule, zone, start_ms, end_ms, slots_min,"
                    " slots_max, id, created_ms, seen_ms FROM scaling_action")
    );
    all.targets = all_from(targets, target_from);
    all.policies = all_from(policies, policy_from);
    all.actions = all_from(actions, action_from);
    return all;
}

Result<std::vector<ScalingActivity>> ScalingRows::activities(const std::string& resource) {
    LAMBENT_TRY(
        const sql::Rows rows,
        session.run(
            "SELECT id, resource, description, cause, start_ms, end_ms, status, message"
            " FROM scaling_activity WHERE $1 = '' OR resource = $1"
            " ORDER BY number DESC",
            {resource}
        )
    );
    return all_from(rows, activity_from);
}

Result<void> ScalingRows::put(const ScalableTarget& target) {
    LAMBENT_TRY(session.run("DELETE FROM scaling_target WHERE resource = $1", {target.resource}));
    return done(session.run(
        "INSERT INTO scaling_target VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {target.resource,
         std::int64_t{target.slots_min},
         std::int64_t{target.slots_max},
         target.role,
         std::int64_t{target.suspended.scale_in},
         std::int64_t{target.suspended.scale_out},
         std::int64_t{target.suspended.scheduled},
         target.created_ms}
    ));
}

Result<void> ScalingRows::put(const ScalingPolicy& policy) {
    LAMBENT_TRY(remove_policy(policy.resource, policy.name));
    return done(session.run(
        "INSERT INTO scaling_policy VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        {policy.resource,
         policy.name,
         policy.target,
         std::int64_t{policy.out_cooldown.count()},
         std::int64_t{policy.in_cooldown.count()},
         std::int64_t{policy.scale_in},
         policy.id,
         policy.high_id,
         policy.low_id,
         policy.created_ms}
    ));
}

Result<void> ScalingRows::put(const ScheduledAction& action) {
    LAMBENT_TRY(remove_action(action.resource, action.name));
    return done(session.run(
        "INSERT INTO scaling_action VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        {action.resource,
         action.name,
         action.schedule,
         action.zone,
         or_null(action.start_ms),
         or_null(action.end_ms),
         or_null(action.slots_min),
         or_null(action.slots_max),
         action.id,
         action.created_ms,
         action.seen_ms}
    ));
}

Result<void> ScalingRows::add(const ScalingActivity& activity) {
    LAMBENT_TRY(session.run(
        "INSERT INTO scaling_activity SELECT COALESCE(MAX(number), 0) + 1,"
        " $1, $2, $3, $4, $5, $6, $7, $8 FROM scaling_activity",
        {activity.id,
         activity.resource,
         activity.description,
         activity.cause,
         activity.start_ms,
         activity.end_ms,
         activity.status,
         activity.message}
    ));
    return done(session.run(
        "DELETE FROM scaling_activity WHERE resource = $1 AND number NOT IN ("
        " SELECT number FROM scaling_activity WHERE resource = $1"
        " ORDER BY number DESC LIMIT $2)",
        {activity.resource, std::int64_t{kActivitiesMax}}
    ));
}

Result<void> ScalingRows::remove_target(const std::string& resource) {
    LAMBENT_TRY(session.run("DELETE FROM scaling_policy WHERE resource = $1", {resource}));
    LAMBENT_TRY(session.run("DELETE FROM scaling_action WHERE resource = $1", {resource}));
    return done(session.run("DELETE FROM scaling_target WHERE resource = $1", {resource}));
}

Result<void> ScalingRows::remove_policy(const std::string& resource, const std::string& name) {
    return done(session.run(
        "DELETE FROM scaling_policy WHERE resource = $1 AND name = $2", {resource, name}
    ));
}

Result<void> ScalingRows::remove_action(const std::string& resource, const std::string& name) {
    return done(session.run(
        "DELETE FROM scaling_action WHERE resource = $1 AND name = $2", {resource, name}
    ));
}

}  // namespace lambent::scheduler
