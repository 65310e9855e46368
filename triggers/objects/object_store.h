#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "base/unique_fd.h"
#include "scheduler/async_queue.h"
#include "triggers/objects/object.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Turns what happened to an object into the event documents of the functions that asked for it.
// The wire format of the document is the door's business (api/s3); which rule matches is ours.
class ObjectEventWriter {
  public:
    virtual ~ObjectEventWriter() = default;
    virtual std::string document(const NotificationRule& rule, const ObjectEvent& event) = 0;
};

// Bytes on their way in; hashes while it writes. Dropped before commit it leaves nothing.
class ObjectUpload {
  public:
    virtual ~ObjectUpload() = default;
    virtual Task<Result<void>> write(std::string bytes) = 0;
    virtual std::uint64_t size() const = 0;
    // Valid once everything is written; raw bytes.
    virtual std::string md5() = 0;
    virtual std::string sha256() = 0;
    virtual std::string crc32() = 0;  // big-endian, 4 bytes
};

struct ObjectHandle {
    ObjectInfo info;
    UniqueFd file;
};

struct ListRequest {
    std::string bucket;
    std::string prefix;
    std::string delimiter;
    std::string after;  // exclusive; keys and common prefixes up to here are skipped
    std::size_t limit = 1000;
};

struct ListPage {
    std::vector<ObjectInfo> objects;
    std::vector<std::string> common_prefixes;
    bool truncated = false;
    std::string last;  // where the next page starts after
};

// Who caused a change; travels into the event.
struct Cause {
    std::string request_id;
    std::string source_ip;
    std::string principal;
};

// Buckets and objects, with the semantics of S3 and none of its wire format. An object is on disk
// and its row, together with the async events it raises, committed in one transaction before put
// returns. Owned by the composition root; event loop's thread only.
// Errors: kNotFound with subject "bucket" or "object"; kConflict with subject "bucket_exists" or
// "bucket_not_empty"; kInvalidArgument with subject "bucket_name", "key".
class ObjectStore {
  public:
    ObjectStore(
        std::string directory,
        sql::Driver& driver,
        scheduler::AsyncQueue& events,
        ObjectEventWriter& writer,
        WorkerPool& workers,
        const Clock& clock
    );
    ~ObjectStore();
    static std::vector<sql::Migration> migrations();

    Task<Result<void>> create_bucket(std::string name);
    Task<Result<void>> delete_bucket(std::string name);
    Task<Result<Bucket>> bucket(std::string name);
    Task<Result<std::vector<Bucket>>> buckets();

    Task<Result<std::unique_ptr<ObjectUpload>>> begin_upload(std::string bucket);
    // `info` says bucket, key, content type and metadata; size, hashes and time are filled in.
    Task<Result<ObjectInfo>> commit(
        std::unique_ptr<ObjectUpload> upload, ObjectInfo info, ObjectEventKind kind, Cause cause
    );
    Task<Result<ObjectInfo>> head(std::string bucket, std::string key);
    Task<Result<ObjectHandle>> open(std::string bucket, std::string key);
    // Deleting what is not there succeeds, as in S3; false then.
    Task<Result<bool>> remove(std::string bucket, std::string key, Cause cause);
    // `info` as for commit; without_metadata of it means: keep the source's.
    Task<Result<ObjectInfo>> copy(
        std::string source_bucket,
        std::string source_key,
        ObjectInfo info,
        bool replace_metadata,
        Cause cause
    );
    Task<Result<ListPage>> list(ListRequest request);

    Task<Result<void>> set_notifications(std::string bucket, std::vector<NotificationRule> rules);
    Task<Result<std::vector<NotificationRule>>> notifications(std::string bucket);

    // Removes blobs that no row names (left by a crash between file and row). At start.
    Task<Result<void>> collect();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::triggers
