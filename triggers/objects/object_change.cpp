#include "triggers/objects/object_change.h"

#include "base/failpoint.h"
#include "triggers/objects/object_lookup.h"
#include "triggers/objects/version_id.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace lambent::triggers {
namespace {

Result<void> check(const WriteCondition& condition, const std::optional<ObjectInfo>& current) {
    const Error failed(Code::kConflict, "precondition", "the key does not hold what it should");
    switch (condition.kind) {
        case WriteCondition::Kind::kNone:
            return {};
        case WriteCondition::Kind::kAbsent:
            return current ? Result<void>(failed) : Result<void>();
        case WriteCondition::Kind::kPresent:
            return current ? Result<void>() : Result<void>(failed);
        case WriteCondition::Kind::kUntouched:
            return current && current->modified == condition.modified ? Result<void>()
                                                                      : Result<void>(failed);
        case WriteCondition::Kind::kEtag:
            if (!current) {
                return Error(Code::kNotFound, "object", "there is no object of that key");
            }
            return current->etag == condition.etag ? Result<void>() : Result<void>(failed);
    }
    return {};
}

std::int64_t unix_us(WallTime time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

Result<ObjectInfo> ObjectChange::put(
    ObjectInfo object, ObjectEventKind kind, const Cause& cause, const WriteCondition& condition
) {
    LAMBENT_TRY(const Bucket bucket, buckets_.find(object.bucket));
    LAMBENT_TRY(const auto current, objects_.find(object.bucket, object.key));
    LAMBENT_TRY(check(condition, current));
    object.version = kNullVersion;
    object.sequence = 0;
    if (bucket.versioning != Versioning::kNever) {
        LAMBENT_TRY(object.sequence, next_sequence());
    }
    if (bucket.versioning == Versioning::kEnabled) {
        object.version = make_version_id(object.sequence);
    } else if (bucket.versioning == Versioning::kSuspended) {
        LAMBENT_TRY(forget_null(object.bucket, object.key));
    }
    if (current && current->version != object.version) {
        LAMBENT_TRY(versions_.insert(*current));
    } else if (current && current->blob != object.blob) {
        release(current->blob);
    }
    failpoint("object.put.room_made");
    LAMBENT_TRY(objects_.put(object));
    failpoint("object.put.row_added");
    LAMBENT_TRY(raise(object, kind, cause));
    failpoint("object.put.raised");
    return as_answered(std::move(object), bucket.versioning);
}

Result<Removed> ObjectChange::remove(
    const ObjectPath& path, const Removal& removal, const Cause& cause
) {
    LAMBENT_TRY(const Bucket bucket, buckets_.find(path.bucket));
    if (removal.condition.kind != WriteCondition::Kind::kNone) {
        LAMBENT_TRY(const auto current, objects_.find(path.bucket, path.key));
        LAMBENT_TRY(check(removal.condition, current));
    }
    if (!path.version.empty()) {
        return remove_version(path, removal, cause);
    }
    if (bucket.versioning != Versioning::kNever) {
        return hide(bucket, path, removal, cause);
    }
    LAMBENT_TRY(
        Removed removed,
        remove_version(ObjectPath{path.bucket, path.key, kNullVersion}, removal, cause)
    );
    removed.version.clear();
    return removed;
}

// Puts a delete marker on top.
Result<Removed> ObjectChange::hide(
    const Bucket& bucket, const ObjectPath& path, const Removal& removal, const Cause& cause
) {
    LAMBENT_TRY(const auto current, objects_.find(path.bucket, path.key));
    ObjectInfo marker;
    marker.bucket = path.bucket;
    marker.key = path.key;
    marker.entry = EntryKind::kDeleteMarker;
    marker.modified = tools_.now;
    LAMBENT_TRY(marker.sequence, next_sequence());
    marker.version = bucket.versioning == Versioning::kEnabled ? make_version_id(marker.sequence)
                                                               : std::string(kNullVersion);
    if (bucket.versioning == Versioning::kSuspended) {
        LAMBENT_TRY(forget_null(path.bucket, path.key));
    }
    if (current) {
        LAMBENT_TRY(objects_.erase(path.bucket, path.key));
        if (current->version != marker.version) {
            LAMBENT_TRY(versions_.insert(*current));
        }
    }
    failpoint("object.hide.room_made");
    LAMBENT_TRY(versions_.insert(marker));
    failpoint("object.hide.marker_added");
    const bool expired = removal.by == Removal::By::kLifecycle;
    LAMBENT_TRY(raise(
        marker, expired ? ObjectEventKind::kExpiredMarker : ObjectEventKind::kRemovedMarker, cause
    ));
    return Removed{Removed::What::kMarkerMade, marker.version};
}

Result<Removed> ObjectChange::remove_version(
    const ObjectPath& path, const Removal& removal, const Cause& cause
) {
    LAMBENT_TRY(const auto current, objects_.find(path.bucket, path.key));
    const bool is_current = current && current->version == path.version;
    std::optional<ObjectInfo> gone = current;
    if (is_current) {
        LAMBENT_TRY(objects_.erase(path.bucket, path.key));
    } else {
        LAMBENT_TRY(gone, versions_.find(path.bucket, path.key, path.version));
        if (!gone) {
            return Removed{Removed::What::kNothing, path.version};
        }
        LAMBENT_TRY(versions_.erase(*gone));
    }
    failpoint("object.remove.row_removed");
    release(gone->blob);
    if (is_current || !current) {
        LAMBENT_TRY(promote(path.bucket, path.key));
    }
    failpoint("object.remove.promoted");
    const bool expired = removal.by == Removal::By::kLifecycle;
    LAMBENT_TRY(raise(
        *gone, expired ? ObjectEventKind::kExpiredDelete : ObjectEventKind::kRemovedDelete, cause
    ));
    const auto what = gone->is_marker() ? Removed::What::kMarkerRemoved : Removed::What::kObject;
    return Removed{what, path.version};
}

// The null version gives way to a new one, wherever it is.
Result<void> ObjectChange::forget_null(const std::string& bucket, const std::string& key) {
    LAMBENT_TRY(const auto current, objects_.find(bucket, key));
    if (current && current->version == kNullVersion) {
        release(current->blob);
    }
    LAMBENT_TRY(const auto older, versions_.find(bucket, key, kNullVersion));
    if (older) {
        release(older->blob);
        LAMBENT_TRY(versions_.erase(*older));
    }
    return {};
}

// When nothing is current, the newest of the older versions is, unless it is a marker.
Result<void> ObjectChange::promote(const std::string& bucket, const std::string& key) {
    LAMBENT_TRY(const auto newest, versions_.newest(bucket, key));
    if (newest && !newest->is_marker()) {
        LAMBENT_TRY(versions_.erase(*newest));
        LAMBENT_TRY(objects_.put(*newest));
    }
    return {};
}

Result<ObjectInfo> ObjectChange::set_tags(
    const ObjectPath& path,
    const std::map<std::string, std::string>& tags,
    ObjectEventKind kind,
    const Cause& cause
) {
    LAMBENT_TRY(const Bucket bucket, buckets_.find(path.bucket));
    LAMBENT_TRY(ObjectInfo object, look_up(session_, path));
    object.tags = tags;
    LAMBENT_TRY(const auto current, objects_.find(path.bucket, path.key));
    if (current && (path.version.empty() || path.version == current->version)) {
        LAMBENT_TRY(objects_.put(object));
    } else {
        LAMBENT_TRY(versions_.set_tags(object));
    }
    LAMBENT_TRY(raise(object, kind, cause));
    return as_answered(std::move(object), bucket.versioning);
}

void ObjectChange::release(std::string blob) {
    if (!blob.empty()) {  // a delete marker's
        released_.push_back(std::move(blob));
    }
}

Result<std::vector<std::string>> ObjectChange::unused_blobs() {
    std::sort(released_.begin(), released_.end());
    released_.erase(std::unique(released_.begin(), released_.end()), released_.end());
    std::vector<std::string> unused;
    for (std::string& blob : released_) {
        LAMBENT_TRY(const bool used, objects_.is_used(blob));
        if (!used) {
            unused.push_back(std::move(blob));
        }
    }
    return unused;
}

Result<std::int64_t> ObjectChange::next_sequence() {
    return objects_.next_sequence(unix_us(tools_.now));
}

}  // namespace lambent::triggers
