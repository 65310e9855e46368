#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/async_queue.h"
#include "triggers/objects/object.h"
#include "triggers/objects/object_store.h"
#include "triggers/objects/sql_object_repository.h"

#include <string>
#include <vector>

namespace lambent::triggers {

// One write transaction on objects: rows, and with them the async events that the change raises.
// Remembers which blobs lost a row, for whoever removes files after the commit. Lives on the
// database's thread for one closure.
class ObjectChange {
  public:
    struct Tools {
        scheduler::AsyncQueue& events;
        ObjectEventWriter& writer;
        WallTime now;
    };
    ObjectChange(sql::Session& session, const Tools& tools)
        : session_(session), objects_(session), tools_(tools) {}

    sql::Session& session() { return session_; }
    SqlObjectRepository& objects() { return objects_; }

    // Puts the object in the place of what had its key, if `condition` holds.
    Result<void> put(
        const ObjectInfo& object,
        ObjectEventKind kind,
        const Cause& cause,
        const WriteCondition& condition
    );
    // False when there was nothing under that key.
    Result<bool> remove(const std::string& bucket, const std::string& key, const Cause& cause);

    void release(std::string blob) { released_.push_back(std::move(blob)); }
    // Those of the released blobs that nothing names any more; at the end of the transaction.
    Result<std::vector<std::string>> unused_blobs();
    bool raised_events() const { return raised_; }

  private:
    Result<void> raise(const ObjectInfo& object, ObjectEventKind kind, const Cause& cause);

    sql::Session& session_;
    SqlObjectRepository objects_;
    const Tools& tools_;
    std::vector<std::string> released_;
    bool raised_ = false;
};

}  // namespace lambent::triggers
