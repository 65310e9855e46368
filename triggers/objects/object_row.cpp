#include "triggers/objects/object_row.h"

#include "base/http/uri.h"
#include "triggers/objects/object_fields.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr char kOldTags[] = "x-amz-tagging";

// Rows from before tags had a column keep them among the headers, as they came.
void lift_old_tags(ObjectInfo& object) {
    const auto found = object.headers.find(kOldTags);
    if (found == object.headers.end()) {
        return;
    }
    if (const auto items = http::parse_query(found->second); items.has_value()) {
        object.tags.insert(items->begin(), items->end());
    }
    object.headers.erase(found);
}

}  // namespace

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
    object.tags = decode_fields(sql::as_text(row[11]));
    object.parts = decode_parts(sql::as_text(row[12]));
    object.version = sql::as_text(row[13]);
    object.sequence = sql::as_int(row[14]);
    if (row.size() > 15 && sql::as_int(row[15]) != 0) {
        object.entry = EntryKind::kDeleteMarker;
    }
    lift_old_tags(object);
    return object;
}

std::vector<sql::Value> row_of(const ObjectInfo& object) {
    return {
        object.bucket,
        object.key,
        static_cast<std::int64_t>(object.size),
        object.etag,
        unix_ms(object.modified),
        object.content_type,
        encode_fields(object.headers),
        encode_fields(object.metadata),
        std::string(to_string(object.checksum_kind)),
        object.checksum,
        object.blob,
        encode_fields(object.tags),
        encode_parts(object.parts),
        object.version.empty() ? std::string(kNullVersion) : object.version,
        object.sequence};
}

std::string end_of_prefix(std::string prefix) {
    if (prefix.empty() || static_cast<unsigned char>(prefix.back()) >= 0x7F) {
        return {};
    }
    ++prefix.back();
    return prefix;
}

}  // namespace lambent::triggers
