#include "triggers/objects/sql_bucket_repository.h"

#include "triggers/objects/object_fields.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr char kEnabledText[] = "enabled";
constexpr char kSuspendedText[] = "suspended";

std::string versioning_text(Versioning versioning) {
    switch (versioning) {
        case Versioning::kEnabled:
            return kEnabledText;
        case Versioning::kSuspended:
            return kSuspendedText;
        case Versioning::kNever:
            break;
    }
    return "";
}

Versioning versioning_of(const std::string& text) {
    if (text == kEnabledText) {
        return Versioning::kEnabled;
    }
    return text == kSuspendedText ? Versioning::kSuspended : Versioning::kNever;
}

Bucket bucket_of(const sql::Row& row) {
    return Bucket{
        sql::as_text(row[0]),
        from_unix_ms(sql::as_int(row[1])),
        versioning_of(sql::as_text(row[2]))};
}

Error no_bucket() {
    return Error(Code::kNotFound, "bucket", "there is no such bucket");
}

}  // namespace

Result<void> SqlBucketRepository::insert(const Bucket& bucket) {
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

Result<void> SqlBucketRepository::erase(const std::string& name) {
    LAMBENT_TRY(session_.run("DELETE FROM bucket_setting WHERE bucket = $1", {name}));
    LAMBENT_TRY(session_.run("DELETE FROM bucket WHERE name = $1", {name}));
    return {};
}

Result<Bucket> SqlBucketRepository::find(const std::string& name) {
    auto found =
        session_.run("SELECT name, created_ms, versioning FROM bucket WHERE name = $1", {name});
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    if (rows.rows.empty()) {
        return no_bucket();
    }
    return bucket_of(rows.rows.front());
}

Result<std::vector<Bucket>> SqlBucketRepository::all() {
    auto found = session_.run("SELECT name, created_ms, versioning FROM bucket ORDER BY name");
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    std::vector<Bucket> all;
    for (const sql::Row& row : rows.rows) {
        all.push_back(bucket_of(row));
    }
    return all;
}

Result<void> SqlBucketRepository::set_versioning(const std::string& name, Versioning versioning) {
    auto updated = session_.run(
        "UPDATE bucket SET versioning = $2 WHERE name = $1", {name, versioning_text(versioning)}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(updated));
    if (rows.changed == 0) {
        return no_bucket();
    }
    return {};
}

Result<std::vector<NotificationRule>> SqlBucketRepository::rules(const std::string& bucket) {
    auto found = session_.run("SELECT rules FROM bucket WHERE name = $1", {bucket});
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    if (rows.rows.empty()) {
        return no_bucket();
    }
    return decode_rules(sql::as_text(rows.rows.front().front()));
}

Result<void> SqlBucketRepository::set_rules(
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

Result<std::optional<std::string>> SqlBucketRepository::setting(
    const std::string& bucket, const std::string& name
) {
    auto found = session_.run(
        "SELECT content FROM bucket_setting WHERE bucket = $1 AND name = $2", {bucket, name}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    std::optional<std::string> content;
    if (!rows.rows.empty()) {
        content = sql::as_text(rows.rows.front().front());
    }
    return content;
}

Result<void> SqlBucketRepository::set_setting(
    const std::string& bucket, const std::string& name, const std::string& content
) {
    LAMBENT_TRY(session_.run(
        "INSERT INTO bucket_setting (bucket, name, content) VALUES ($1, $2, $3) "
        "ON CONFLICT (bucket, name) DO UPDATE SET content = excluded.content",
        {bucket, name, content}
    ));
    return {};
}

Result<void> SqlBucketRepository::erase_setting(
    const std::string& bucket, const std::string& name
) {
    LAMBENT_TRY(
        session_.run("DELETE FROM bucket_setting WHERE bucket = $1 AND name = $2", {bucket, name})
    );
    return {};
}

Result<std::vector<std::string>> SqlBucketRepository::buckets_with(const std::string& name) {
    auto found =
        session_.run("SELECT bucket FROM bucket_setting WHERE name = $1 ORDER BY bucket", {name});
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    std::vector<std::string> buckets;
    for (const sql::Row& row : rows.rows) {
        buckets.push_back(sql::as_text(row.front()));
    }
    return buckets;
}

}  // namespace lambent::triggers
