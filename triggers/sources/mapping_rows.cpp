#include "triggers/sources/mapping_rows.h"

#include <map>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE event_source_mapping (
    uuid TEXT NOT NULL PRIMARY KEY,
    source_arn TEXT NOT NULL,
    function TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    deleting BIGINT NOT NULL,
    batch_size BIGINT NOT NULL,
    window_s BIGINT NOT NULL,
    concurrency_max BIGINT,
    reports_failures BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL
);
CREATE TABLE event_source_filter (
    uuid TEXT NOT NULL,
    place BIGINT NOT NULL,
    pattern TEXT NOT NULL,
    PRIMARY KEY (uuid, place)
)
)";

EventSourceMapping mapping_from(const sql::Row& row) {
    EventSourceMapping mapping;
    MappingSettings& settings = mapping.settings;
    mapping.uuid = sql::as_text(row[0]);
    settings.source_arn = sql::as_text(row[1]);
    settings.function = sql::as_text(row[2]);
    settings.enabled = sql::as_int(row[3]) != 0;
    mapping.state = sql::as_int(row[4]) != 0 ? MappingState::kDeleting : MappingState::kCreating;
    settings.batch_size = static_cast<std::uint32_t>(sql::as_int(row[5]));
    settings.window = std::chrono::seconds(sql::as_int(row[6]));
    if (!sql::is_null(row[7])) {
        settings.concurrency_max = static_cast<std::uint32_t>(sql::as_int(row[7]));
    }
    settings.reports_failures = sql::as_int(row[8]) != 0;
    mapping.modified_ms = sql::as_int(row[9]);
    return mapping;
}

}  // namespace

std::vector<sql::Migration> MappingRows::migrations() {
    return {{"triggers.sources", 1, kSchema}};
}

Result<std::vector<EventSourceMapping>> MappingRows::read_all() {
    LAMBENT_TRY(
        const sql::Rows filters,
        session.run("SELECT uuid, pattern FROM event_source_filter ORDER BY uuid, place")
    );
    std::map<std::string, std::vector<std::string>> patterns;
    for (const sql::Row& row : filters.rows) {
        patterns[sql::as_text(row[0])].push_back(sql::as_text(row[1]));
    }
    LAMBENT_TRY(
        const sql::Rows rows,
        session.run("SELECT uuid, source_arn, function, enabled, deleting, batch_size, window_s,"
                    " concurrency_max, reports_failures, modified_ms"
                    " FROM event_source_mapping ORDER BY uuid")
    );
    std::vector<EventSourceMapping> all;
    for (const sql::Row& row : rows.rows) {
        EventSourceMapping mapping = mapping_from(row);
        mapping.settings.filters = std::move(patterns[mapping.uuid]);
        all.push_back(std::move(mapping));
    }
    return all;
}

Result<void> MappingRows::put(const EventSourceMapping& mapping) {
    LAMBENT_TRY(remove(mapping.uuid));
    const MappingSettings& settings = mapping.settings;
    const bool deleting = mapping.state == MappingState::kDeleting;
    const sql::Value concurrency =
        settings.concurrency_max ? sql::Value(static_cast<std::int64_t>(*settings.concurrency_max))
                                 : sql::Value();
    LAMBENT_TRY(session.run(
        "INSERT INTO event_source_mapping VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        {mapping.uuid,
         settings.source_arn,
         settings.function,
         std::int64_t{settings.enabled},
         std::int64_t{deleting},
         std::int64_t{settings.batch_size},
         std::int64_t{settings.window.count()},
         concurrency,
         std::int64_t{settings.reports_failures},
         mapping.modified_ms}
    ));
    for (std::size_t place = 0; place < settings.filters.size(); ++place) {
        LAMBENT_TRY(session.run(
            "INSERT INTO event_source_filter VALUES ($1, $2, $3)",
            {mapping.uuid, static_cast<std::int64_t>(place), settings.filters[place]}
        ));
    }
    return {};
}

Result<void> MappingRows::remove(const std::string& uuid) {
    LAMBENT_TRY(session.run("DELETE FROM event_source_filter WHERE uuid = $1", {uuid}));
    LAMBENT_TRY(session.run("DELETE FROM event_source_mapping WHERE uuid = $1", {uuid}));
    return {};
}

}  // namespace lambent::triggers
