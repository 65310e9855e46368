#include "triggers/objects/sql_version_repository.h"

#include "triggers/objects/object_fields.h"
#include "triggers/objects/object_row.h"

#include <utility>

namespace lambent::triggers {

Result<void> SqlVersionRepository::insert(const ObjectInfo& version) {
    const std::string statement =
        "INSERT INTO object_version (" + std::string(kObjectColumns) +
        ", parts, version, sequence, marker) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    std::vector<sql::Value> values = row_of(version);
    values.emplace_back(std::int64_t{version.is_marker() ? 1 : 0});
    LAMBENT_TRY(session_.run(statement, std::move(values)));
    return {};
}

Result<void> SqlVersionRepository::set_tags(const ObjectInfo& version) {
    LAMBENT_TRY(session_.run(
        "UPDATE object_version SET tags = $4, headers = $5 "
        "WHERE bucket = $1 AND object_key = $2 AND version = $3",
        {version.bucket,
         version.key,
         version.version,
         encode_fields(version.tags),
         encode_fields(version.headers)}
    ));
    return {};
}

Result<void> SqlVersionRepository::erase(const ObjectInfo& version) {
    LAMBENT_TRY(session_.run(
        "DELETE FROM object_version WHERE bucket = $1 AND object_key = $2 AND version = $3",
        {version.bucket, version.key, version.version}
    ));
    return {};
}

Result<std::optional<ObjectInfo>> SqlVersionRepository::find_one(
    const std::string& condition, std::vector<sql::Value> values
) {
    const std::string query = "SELECT " + std::string(kObjectColumns) +
                              ", parts, version, sequence, marker FROM object_version "
                              "WHERE bucket = $1 AND object_key = $2 " +
                              condition;
    LAMBENT_TRY(const sql::Rows rows, session_.run(query, std::move(values)));
    if (rows.rows.empty()) {
        return std::optional<ObjectInfo>();
    }
    return std::optional<ObjectInfo>(object_of(rows.rows.front()));
}

Result<std::optional<ObjectInfo>> SqlVersionRepository::find(
    const std::string& bucket, const std::string& key, const std::string& version
) {
    return find_one("AND version = $3", {bucket, key, version});
}

Result<std::optional<ObjectInfo>> SqlVersionRepository::newest(
    const std::string& bucket, const std::string& key
) {
    return find_one("ORDER BY sequence DESC LIMIT 1", {bucket, key});
}

Result<std::vector<ObjectInfo>> SqlVersionRepository::page(
    const std::string& bucket, const std::string& prefix, const VersionSeek& seek
) {
    std::vector<sql::Value> values = {
        bucket, seek.from, seek.below, static_cast<std::int64_t>(seek.rows)};
    std::string where =
        "WHERE bucket = $1 AND object_key >= $2 AND (object_key > $2 OR sequence < $3) ";
    if (std::string end = end_of_prefix(prefix); !end.empty()) {
        where += "AND object_key < $5 ";
        values.emplace_back(std::move(end));
    }
    const std::string order = "ORDER BY object_key, sequence DESC LIMIT $4";
    // Each side is cut by itself, so that neither is read further than the page goes.
    const std::string columns = std::string(kObjectColumns) + ", '' AS parts, version, sequence, ";
    const std::string query = "SELECT * FROM (SELECT " + columns + "0 AS marker FROM object " +
                              where + order + ") AS newest UNION ALL SELECT * FROM (SELECT " +
                              columns + "marker FROM object_version " + where + order +
                              ") AS older " + order;
    LAMBENT_TRY(const sql::Rows rows, session_.run(query, std::move(values)));
    std::vector<ObjectInfo> versions;
    versions.reserve(rows.rows.size());
    for (const sql::Row& row : rows.rows) {
        versions.push_back(object_of(row));
    }
    return versions;
}

}  // namespace lambent::triggers
