#include "triggers/objects/object_lookup.h"

#include "triggers/objects/sql_bucket_repository.h"
#include "triggers/objects/sql_object_repository.h"
#include "triggers/objects/sql_version_repository.h"

#include <utility>

namespace lambent::triggers {
namespace {

Error not_found(const char* subject, const char* message) {
    return Error(Code::kNotFound, subject, message);
}

Result<ObjectInfo> answered(sql::Session& session, ObjectInfo object) {
    if (object.version != kNullVersion) {
        return object;
    }
    LAMBENT_TRY(const Bucket bucket, SqlBucketRepository(session).find(object.bucket));
    return as_answered(std::move(object), bucket.versioning);
}

Result<ObjectInfo> look_up_current(sql::Session& session, const ObjectPath& path) {
    LAMBENT_TRY(auto current, SqlObjectRepository(session).find(path.bucket, path.key));
    if (current) {
        return answered(session, std::move(*current));
    }
    LAMBENT_TRY(SqlBucketRepository(session).find(path.bucket));
    LAMBENT_TRY(const auto newest, SqlVersionRepository(session).newest(path.bucket, path.key));
    if (newest && newest->is_marker()) {
        return not_found("marker", "the object was deleted");
    }
    return not_found("object", "there is no object of that key");
}

}  // namespace

Result<std::optional<ObjectInfo>> find_version(sql::Session& session, const ObjectPath& path) {
    LAMBENT_TRY(auto current, SqlObjectRepository(session).find(path.bucket, path.key));
    if (current && current->version == path.version) {
        return current;
    }
    return SqlVersionRepository(session).find(path.bucket, path.key, path.version);
}

Result<ObjectInfo> look_up(sql::Session& session, const ObjectPath& path) {
    if (path.version.empty()) {
        return look_up_current(session, path);
    }
    LAMBENT_TRY(auto found, find_version(session, path));
    if (!found) {
        LAMBENT_TRY(SqlBucketRepository(session).find(path.bucket));
        return not_found("version", "there is no such version");
    }
    if (found->is_marker()) {
        return not_found("marker_version", "the version is a delete marker");
    }
    return answered(session, std::move(*found));
}

Result<ObjectInfo> look_up_marker(sql::Session& session, const ObjectPath& path) {
    SqlVersionRepository versions(session);
    auto looked = path.version.empty() ? versions.newest(path.bucket, path.key)
                                       : versions.find(path.bucket, path.key, path.version);
    LAMBENT_TRY(auto found, std::move(looked));
    if (!found || !found->is_marker()) {
        return not_found("object", "there is no delete marker");
    }
    return std::move(*found);
}

ObjectInfo as_answered(ObjectInfo object, Versioning versioning) {
    if (versioning == Versioning::kNever) {
        object.version.clear();
    }
    return object;
}

}  // namespace lambent::triggers
