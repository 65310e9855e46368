#pragma once

#include "base/sql/sql_driver.h"
#include "triggers/objects/object.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// An object as the columns of a row, the same for current objects and older versions.

// Up to `tags`; then come `parts`, or '' in listings, `version`, `sequence` and the marker.
inline constexpr std::string_view kObjectColumns =
    "bucket, object_key, size, etag, modified_ms, content_type, headers, metadata, checksum_kind, "
    "checksum, blob, tags";

// A row of kObjectColumns, parts, version, sequence and, if it is there, marker.
ObjectInfo object_of(const sql::Row& row);
// In the order of kObjectColumns, then parts, version, sequence: $1 to $15.
std::vector<sql::Value> row_of(const ObjectInfo& object);

// The first key that sorts behind everything that begins with `prefix`; empty when that cannot be
// said in UTF-8, and the reader has to find the end itself.
std::string end_of_prefix(std::string prefix);

}  // namespace lambent::triggers
