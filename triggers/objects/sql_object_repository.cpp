#include "triggers/objects/sql_object_repository.h"

#include "triggers/objects/object_row.h"

#include <utility>

namespace lambent::triggers {

Result<std::optional<ObjectInfo>> SqlObjectRepository::find(
    const std::string& bucket, const std::string& key
) {
    const std::string query = "SELECT " + std::string(kObjectColumns) +
                              ", parts, version, sequence FROM object "
                              "WHERE bucket = $1 AND object_key = $2";
    LAMBENT_TRY(const sql::Rows rows, session_.run(query, {bucket, key}));
    if (rows.rows.empty()) {
        return std::optional<ObjectInfo>();
    }
    return std::optional<ObjectInfo>(object_of(rows.rows.front()));
}

Result<void> SqlObjectRepository::put(const ObjectInfo& object) {
    const std::string statement =
        "INSERT INTO object (" + std::string(kObjectColumns) +
        ", parts, version, sequence) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
        "ON CONFLICT (bucket, object_key) DO UPDATE SET size = excluded.size, "
        "etag = excluded.etag, modified_ms = excluded.modified_ms, "
        "content_type = excluded.content_type, headers = excluded.headers, "
        "metadata = excluded.metadata, checksum_kind = excluded.checksum_kind, "
        "checksum = excluded.checksum, blob = excluded.blob, tags = excluded.tags, "
        "parts = excluded.parts, version = excluded.version, sequence = excluded.sequence";
    LAMBENT_TRY(session_.run(statement, row_of(object)));
    return {};
}

Result<void> SqlObjectRepository::erase(const std::string& bucket, const std::string& key) {
    LAMBENT_TRY(
        session_.run("DELETE FROM object WHERE bucket = $1 AND object_key = $2", {bucket, key})
    );
    return {};
}

Result<std::vector<ObjectInfo>> SqlObjectRepository::page(
    const std::string& bucket, const std::string& prefix, const ListSeek& seek
) {
    std::string query = "SELECT " + std::string(kObjectColumns) +
                        ", '', version, sequence FROM object WHERE bucket = $1 AND object_key ";
    query += seek.inclusive ? ">= $2 " : "> $2 ";
    std::vector<sql::Value> values = {bucket, seek.from, static_cast<std::int64_t>(seek.rows)};
    if (std::string end = end_of_prefix(prefix); !end.empty()) {
        query += "AND object_key < $4 ";
        values.emplace_back(std::move(end));
    }
    query += "ORDER BY object_key LIMIT $3";
    LAMBENT_TRY(const sql::Rows rows, session_.run(query, std::move(values)));
    std::vector<ObjectInfo> objects;
    objects.reserve(rows.rows.size());
    for (const sql::Row& row : rows.rows) {
        objects.push_back(object_of(row));
    }
    return objects;
}

Result<bool> SqlObjectRepository::holds_anything(const std::string& bucket) {
    auto found = session_.run(
        "SELECT 1 FROM object WHERE bucket = $1 UNION ALL "
        "SELECT 1 FROM object_version WHERE bucket = $1 LIMIT 1",
        {bucket}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    return !rows.rows.empty();
}

Result<bool> SqlObjectRepository::is_used(const std::string& blob) {
    auto found = session_.run(
        "SELECT 1 FROM object WHERE blob = $1 UNION ALL "
        "SELECT 1 FROM object_version WHERE blob = $1 UNION ALL "
        "SELECT 1 FROM object_part WHERE blob = $1 LIMIT 1",
        {blob}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    return !rows.rows.empty();
}

Result<std::set<std::string>> SqlObjectRepository::used_blobs() {
    LAMBENT_TRY(
        const sql::Rows rows,
        session_.run("SELECT blob FROM object UNION SELECT blob FROM object_version "
                     "UNION SELECT blob FROM object_part")
    );
    std::set<std::string> blobs;
    for (const sql::Row& row : rows.rows) {
        blobs.insert(sql::as_text(row.front()));
    }
    return blobs;
}

Result<std::int64_t> SqlObjectRepository::next_sequence(std::int64_t at_least) {
    auto updated = session_.run(
        "UPDATE object_sequence SET last = CASE WHEN last < $1 THEN $1 ELSE last + 1 END "
        "WHERE id = 1 RETURNING last",
        {at_least}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(updated));
    return sql::as_int(rows.rows.at(0).at(0));
}

}  // namespace lambent::triggers
