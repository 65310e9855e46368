#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/async_queue.h"
#include "scheduler/targets.h"
#include "triggers/objects/object.h"
#include "triggers/objects/object_store.h"
#include "triggers/objects/sql_bucket_repository.h"
#include "triggers/objects/sql_object_repository.h"
#include "triggers/objects/sql_version_repository.h"

#include <string>
#include <vector>

namespace lambent::triggers {

// One write transaction on objects: rows, and with them the events that the change raises.
// Remembers which blobs lost a row, for whoever removes files after the commit. Lives on the
// database's thread for one closure.
class ObjectChange {
  public:
    struct Tools {
        scheduler::AsyncQueue& events;
        scheduler::Outbox& outbox;
        ObjectEventWriter& writer;
        WallTime now;
    };
    // Whom to wake after the commit.
    struct Raised {
        bool invocations = false;
        bool messages = false;
    };
    ObjectChange(sql::Session& session, const Tools& tools)
        : session_(session),
          buckets_(session),
          objects_(session),
          versions_(session),
          tools_(tools) {}

    sql::Session& session() { return session_; }
    SqlBucketRepository& buckets() { return buckets_; }
    SqlObjectRepository& objects() { return objects_; }
    SqlVersionRepository& versions() { return versions_; }

    // Makes the object the current one of its key, if `condition` holds; as it is answered.
    Result<ObjectInfo> put(
        ObjectInfo object, ObjectEventKind kind, const Cause& cause, const WriteCondition& condition
    );
    // A version for good, or the current object as the bucket's versioning has it. The first
    // refusal comes before the first write.
    Result<Removed> remove(const ObjectPath& path, const Removal& removal, const Cause& cause);
    // The tags of a version; as it is answered.
    Result<ObjectInfo> set_tags(
        const ObjectPath& path,
        const std::map<std::string, std::string>& tags,
        ObjectEventKind kind,
        const Cause& cause
    );

    void release(std::string blob);
    // Those of the released blobs that nothing names any more; at the end of the transaction.
    Result<std::vector<std::string>> unused_blobs();
    Raised raised() const { return raised_; }

  private:
    Result<void> forget_null(const std::string& bucket, const std::string& key);
    Result<void> promote(const std::string& bucket, const std::string& key);
    Result<Removed> hide(
        const Bucket& bucket, const ObjectPath& path, const Removal& removal, const Cause& cause
    );
    Result<Removed> remove_version(
        const ObjectPath& path, const Removal& removal, const Cause& cause
    );
    Result<std::int64_t> next_sequence();
    Result<void> raise(const ObjectInfo& object, ObjectEventKind kind, const Cause& cause);
    Result<void> send(const NotificationRule& rule, const ObjectEvent& event);

    sql::Session& session_;
    SqlBucketRepository buckets_;
    SqlObjectRepository objects_;
    SqlVersionRepository versions_;
    const Tools& tools_;
    std::vector<std::string> released_;
    Raised raised_;
};

}  // namespace lambent::triggers
