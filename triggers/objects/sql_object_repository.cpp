#include "triggers/objects/sql_object_repository.h"

#include "triggers/objects/object_fields.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr char kSchema[] = R"(
CREATE TABLE bucket (
    name TEXT PRIMARY KEY,
    created_ms BIGINT NOT NULL,
    rules TEXT NOT NULL
);
CREATE TABLE object (
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    metadata TEXT NOT NULL,
    checksum_kind TEXT NOT NULL,
    checksum TEXT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (bucket, object_key)
);
CREATE INDEX object_blob ON object (blob);
CREATE TABLE object_upload (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    metadata TEXT NOT NULL,
    checksum_kind TEXT NOT NULL,
    checksum_scope TEXT NOT NULL
);
CREATE INDEX object_upload_key ON object_upload (bucket, object_key, id);
CREATE TABLE object_part (
    upload TEXT NOT NULL,
    number BIGINT NOT NULL,
    size BIGINT NOT NULL,
    etag TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (upload, number)
);
CREATE INDEX object_part_blob ON object_part (blob);
CREATE TABLE object_sequence (id BIGINT PRIMARY KEY, last BIGINT NOT NULL);
INSERT INTO object_sequence (id, last) VALUES (1, 0);
)";

constexpr std::string_view kObject =
    "SELECT bucket, object_key, size, etag, modified_ms, content_type, headers, metadata, "
    "checksum_kind, checksum, blob FROM object ";

ObjectInfo object_of(const sql::Row& row) {
    ObjectInfo object;
    object.bucket = sql::as_text(row[0]);
    object.key = sql::as_text(row[1]);
    object.size = static_cast<std::uint64_t>(sql::as_int(row[2]));
    object.etag = sql::as_text(row[3]);
    object.modified = from_unix_ms(sql::as_int(row[4]));
    object.content_type = sql::as_text(row[5]);
    object.headers = decode_fields(sql::as_text(row[6]));
    object.metadata = decode_fields(sql::as_text(row[7]));
    object.checksum_kind = checksum_kind(sql::as_text(row[8]));
    object.checksum = sql::as_text(row[9]);
    object.blob = sql::as_text(row[10]);
    return object;
}

Bucket bucket_of(const sql::Row& row) {
    return Bucket{sql::as_text(row[0]), from_unix_ms(sql::as_int(row[1]))};
}

Error no_bucket() {
    return Error(Code::kNotFound, "bucket", "there is no such bucket");
}

// The first key that sorts behind everything that begins with `prefix`; empty when that cannot be
// said in UTF-8, and the reader has to find the end itself.
std::string end_of_prefix(std::string prefix) {
    if (prefix.empty() || static_cast<unsigned char>(prefix.back()) >= 0x7F) {
        return {};
    }
    ++prefix.back();
    return prefix;
}

}  // namespace

std::vector<sql::Migration> SqlObjectRepository::migrations() {
    return {sql::Migration{"objects", 1, kSchema}};
}

Result<void> SqlObjectRepository::insert_bucket(const Bucket& bucket) {
    auto inserted = session_.run(
        "INSERT INTO bucket (name, created_ms, rules) VALUES ($1, $2, '[]') "
        "ON CONFLICT (name) DO NOTHING",
        {bucket.name, unix_ms(bucket.created)}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(inserted));
    if (rows.changed == 0) {
        return Error(Code::kConflict, "bucket_exists", "the bucket exists already");
    }
    return {};
}

Result<void> SqlObjectRepository::erase_bucket(const std::string& name) {
    LAMBENT_TRY(session_.run("DELETE FROM bucket WHERE name = $1", {name}));
    return {};
}

Result<Bucket> SqlObjectRepository::bucket(const std::string& name) {
    auto found = session_.run("SELECT name, created_ms FROM bucket WHERE name = $1", {name});
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    if (rows.rows.empty()) {
        return no_bucket();
    }
    return bucket_of(rows.rows.front());
}

Result<std::vector<Bucket>> SqlObjectRepository::buckets() {
    LAMBENT_TRY(
        const sql::Rows rows, session_.run("SELECT name, created_ms FROM bucket ORDER BY name")
    );
    std::vector<Bucket> all;
    for (const sql::Row& row : rows.rows) {
        all.push_back(bucket_of(row));
    }
    return all;
}

Result<bool> SqlObjectRepository::holds_anything(const std::string& bucket) {
    auto found = session_.run("SELECT 1 FROM object WHERE bucket = $1 LIMIT 1", {bucket});
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    return !rows.rows.empty();
}

Result<std::vector<NotificationRule>> SqlObjectRepository::rules(const std::string& bucket) {
    auto found = session_.run("SELECT rules FROM bucket WHERE name = $1", {bucket});
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    if (rows.rows.empty()) {
        return no_bucket();
    }
    return decode_rules(sql::as_text(rows.rows.front().front()));
}

Result<void> SqlObjectRepository::set_rules(
    const std::string& bucket, const std::vector<NotificationRule>& rules
) {
    auto updated =
        session_.run("UPDATE bucket SET rules = $2 WHERE name = $1", {bucket, encode_rules(rules)});
    LAMBENT_TRY(const sql::Rows rows, std::move(updated));
    if (rows.changed == 0) {
        return no_bucket();
    }
    return {};
}

Result<std::optional<ObjectInfo>> SqlObjectRepository::find(
    const std::string& bucket, const std::string& key
) {
    const std::string query = std::string(kObject) + "WHERE bucket = $1 AND object_key = $2";
    LAMBENT_TRY(const sql::Rows rows, session_.run(query, {bucket, key}));
    if (rows.rows.empty()) {
        return std::optional<ObjectInfo>();
    }
    return std::optional<ObjectInfo>(object_of(rows.rows.front()));
}

Result<void> SqlObjectRepository::put(const ObjectInfo& object) {
    LAMBENT_TRY(session_.run(
        "INSERT INTO object (bucket, object_key, size, etag, modified_ms, content_type, headers, "
        "metadata, checksum_kind, checksum, blob) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        "ON CONFLICT (bucket, object_key) DO UPDATE SET size = excluded.size, "
        "etag = excluded.etag, modified_ms = excluded.modified_ms, "
        "content_type = excluded.content_type, headers = excluded.headers, "
        "metadata = excluded.metadata, checksum_kind = excluded.checksum_kind, "
        "checksum = excluded.checksum, blob = excluded.blob",
        {object.bucket,
         object.key,
         static_cast<std::int64_t>(object.size),
         object.etag,
         unix_ms(object.modified),
         object.content_type,
         encode_fields(object.headers),
         encode_fields(object.metadata),
         std::string(to_string(object.checksum_kind)),
         object.checksum,
         object.blob}
    ));
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
    std::string query = std::string(kObject) + "WHERE bucket = $1 AND object_key ";
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

Result<bool> SqlObjectRepository::is_used(const std::string& blob) {
    auto found = session_.run(
        "SELECT 1 FROM object WHERE blob = $1 UNION ALL "
        "SELECT 1 FROM object_part WHERE blob = $1 LIMIT 1",
        {blob}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    return !rows.rows.empty();
}

Result<std::set<std::string>> SqlObjectRepository::used_blobs() {
    LAMBENT_TRY(
        const sql::Rows rows,
        session_.run("SELECT blob FROM object UNION SELECT blob FROM object_part")
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
