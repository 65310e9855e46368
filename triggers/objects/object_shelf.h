#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/async_queue.h"
#include "triggers/objects/blob_checks.h"
#include "triggers/objects/blob_pins.h"
#include "triggers/objects/blob_store.h"
#include "triggers/objects/file_upload.h"
#include "triggers/objects/object_change.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lambent::triggers {

// Files and rows together, kept in step: what the object store and its multipart uploads share.
// A blob is on disk before a row names it and is removed after the last row has gone. Event loop's
// thread only.
class ObjectShelf {
  public:
    ObjectShelf(std::string directory, const ObjectStore::Ports& ports);

    std::unique_ptr<FileUpload> begin_upload(ChecksumKind checksum) {
        return std::make_unique<FileUpload>(blobs_, ports_.workers, checksum);
    }

    // Runs `work` in one write transaction; after its commit wakes the dispatcher if events were
    // raised, and removes the files that lost their last row. `work` owns what it uses.
    using Work = std::function<Result<void>(ObjectChange& change)>;
    Task<Result<void>> change(Work work);

    // The same for a blob that arrives with the change: it is published first, and it goes again
    // when the change fails and nothing else names it.
    Task<Result<void>> publish_and_change(std::unique_ptr<FileUpload> upload, Work work);

    sql::Driver& driver() { return ports_.driver; }
    WorkerPool& workers() { return ports_.workers; }
    const BlobStore& blobs() const { return blobs_; }
    BlobChecks& checks() { return checks_; }  // how blobs are opened to be read from
    WallTime now() const { return ports_.clock.wall_now(); }

  private:
    Task<> discard(std::vector<std::string> blobs);
    Task<> remove_unless_used(std::string blob);
    Task<> discard_unless_used(std::string blob);

    BlobStore blobs_;
    const ObjectStore::Ports ports_;
    BlobPins pins_;
    BlobChecks checks_;
};

}  // namespace lambent::triggers
