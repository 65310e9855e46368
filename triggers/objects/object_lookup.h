#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/objects/object.h"

#include <optional>
#include <string>

namespace lambent::triggers {

// Which object, or which version of it, somebody means.
struct ObjectPath {
    std::string bucket;
    std::string key;
    std::string version = {};  // empty: the current one
};

// The stored row of a version, marker or not.
Result<std::optional<ObjectInfo>> find_version(sql::Session& session, const ObjectPath& path);

// The object as it is answered. kNotFound with subject "bucket"; "object"; "marker" when the
// current version is a delete marker; "version"; "marker_version" when a marker was asked for.
Result<ObjectInfo> look_up(sql::Session& session, const ObjectPath& path);

// The delete marker that is in the way of what was asked for.
Result<ObjectInfo> look_up_marker(sql::Session& session, const ObjectPath& path);

// A bucket that was never versioned does not speak of versions.
ObjectInfo as_answered(ObjectInfo object, Versioning versioning);

}  // namespace lambent::triggers
