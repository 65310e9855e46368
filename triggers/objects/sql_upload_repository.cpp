#include "triggers/objects/sql_upload_repository.h"

#include "triggers/objects/object_fields.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::string_view kUpload =
    "SELECT id, bucket, object_key, created_ms, content_type, headers, metadata, checksum_kind, "
    "checksum_scope, tags FROM object_upload ";
constexpr std::string_view kFullObject = "FULL_OBJECT";
constexpr std::string_view kComposite = "COMPOSITE";

MultipartUpload upload_of(const sql::Row& row) {
    MultipartUpload upload;
    upload.id = sql::as_text(row[0]);
    upload.object.bucket = sql::as_text(row[1]);
    upload.object.key = sql::as_text(row[2]);
    upload.initiated = from_unix_ms(sql::as_int(row[3]));
    upload.object.content_type = sql::as_text(row[4]);
    upload.object.headers = decode_fields(sql::as_text(row[5]));
    upload.object.metadata = decode_fields(sql::as_text(row[6]));
    upload.object.checksum_kind = checksum_kind(sql::as_text(row[7]));
    upload.checksum_scope = sql::as_text(row[8]) == kFullObject ? ChecksumScope::kFullObject
                                                                : ChecksumScope::kComposite;
    upload.object.tags = decode_fields(sql::as_text(row[9]));
    return upload;
}

UploadPart part_of(const sql::Row& row) {
    UploadPart part;
    part.number = static_cast<int>(sql::as_int(row[0]));
    part.size = static_cast<std::uint64_t>(sql::as_int(row[1]));
    part.etag = sql::as_text(row[2]);
    part.modified = from_unix_ms(sql::as_int(row[3]));
    part.checksum = sql::as_text(row[4]);
    part.blob = sql::as_text(row[5]);
    return part;
}

}  // namespace

Result<void> SqlUploadRepository::insert(const MultipartUpload& upload) {
    const bool full = upload.checksum_scope == ChecksumScope::kFullObject;
    LAMBENT_TRY(session_.run(
        "INSERT INTO object_upload (id, bucket, object_key, created_ms, content_type, headers, "
        "metadata, checksum_kind, checksum_scope, tags) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        {upload.id,
         upload.object.bucket,
         upload.object.key,
         unix_ms(upload.initiated),
         upload.object.content_type,
         encode_fields(upload.object.headers),
         encode_fields(upload.object.metadata),
         std::string(to_string(upload.object.checksum_kind)),
         std::string(full ? kFullObject : kComposite),
         encode_fields(upload.object.tags)}
    ));
    return {};
}

Result<MultipartUpload> SqlUploadRepository::find(const std::string& id) {
    LAMBENT_TRY(const sql::Rows rows, session_.run(std::string(kUpload) + "WHERE id = $1", {id}));
    if (rows.rows.empty()) {
        return Error(Code::kNotFound, "upload", "there is no such upload");
    }
    return upload_of(rows.rows.front());
}

Result<std::vector<MultipartUpload>> SqlUploadRepository::page(const UploadQuery& query) {
    // Behind after_id among the uploads of after_key, then all of the later keys.
    std::string text(kUpload);
    text += "WHERE bucket = $1 AND object_key >= $2 AND (object_key > $3";
    text += query.after_id.empty() ? "" : " OR (object_key = $3 AND id > $5)";
    text += ") ORDER BY object_key, id LIMIT $4";
    std::vector<sql::Value> values = {
        query.bucket, query.prefix, query.after_key, static_cast<std::int64_t>(query.limit)};
    if (!query.after_id.empty()) {
        values.emplace_back(query.after_id);
    }
    LAMBENT_TRY(const sql::Rows rows, session_.run(text, std::move(values)));
    std::vector<MultipartUpload> uploads;
    for (const sql::Row& row : rows.rows) {
        MultipartUpload upload = upload_of(row);
        if (!upload.object.key.starts_with(query.prefix)) {
            break;
        }
        uploads.push_back(std::move(upload));
    }
    return uploads;
}

Result<std::vector<std::string>> SqlUploadRepository::erase(const std::string& id) {
    auto deleted = session_.run("DELETE FROM object_part WHERE upload = $1 RETURNING blob", {id});
    LAMBENT_TRY(const sql::Rows rows, std::move(deleted));
    LAMBENT_TRY(session_.run("DELETE FROM object_upload WHERE id = $1", {id}));
    std::vector<std::string> blobs;
    for (const sql::Row& row : rows.rows) {
        blobs.push_back(sql::as_text(row.front()));
    }
    return blobs;
}

Result<std::vector<UploadPart>> SqlUploadRepository::parts(
    const std::string& id, int after, std::size_t limit
) {
    auto found = session_.run(
        "SELECT number, size, etag, modified_ms, checksum, blob FROM object_part "
        "WHERE upload = $1 AND number > $2 ORDER BY number LIMIT $3",
        {id, std::int64_t{after}, static_cast<std::int64_t>(limit)}
    );
    LAMBENT_TRY(const sql::Rows rows, std::move(found));
    std::vector<UploadPart> parts;
    for (const sql::Row& row : rows.rows) {
        parts.push_back(part_of(row));
    }
    return parts;
}

Result<void> SqlUploadRepository::put_part(const std::string& id, const UploadPart& part) {
    LAMBENT_TRY(session_.run(
        "INSERT INTO object_part (upload, number, size, etag, modified_ms, checksum, blob) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (upload, number) DO UPDATE SET "
        "size = excluded.size, etag = excluded.etag, modified_ms = excluded.modified_ms, "
        "checksum = excluded.checksum, blob = excluded.blob",
        {id,
         std::int64_t{part.number},
         static_cast<std::int64_t>(part.size),
         part.etag,
         unix_ms(part.modified),
         part.checksum,
         part.blob}
    ));
    return {};
}

}  // namespace lambent::triggers
