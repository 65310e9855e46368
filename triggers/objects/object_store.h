#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "base/unique_fd.h"
#include "scheduler/async_queue.h"
#include "triggers/objects/checksum.h"
#include "triggers/objects/object.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

class MultipartUploads;

// Turns what happened to an object into the event documents of the functions that asked for it.
// The wire format of the document is the door's business (api/s3); which rule matches is ours.
// Called on the thread that writes to the database.
class ObjectEventWriter {
  public:
    virtual ~ObjectEventWriter() = default;
    virtual std::string document(const NotificationRule& rule, const ObjectEvent& event) = 0;
};

// What came out of the bytes of one upload; raw bytes.
struct UploadDigests {
    std::uint64_t size = 0;
    std::string md5;
    std::string sha256;
    std::string checksum;  // of the kind begin_upload was asked for
};

// Bytes on their way in; hashes while it writes. Dropped before commit it leaves nothing.
class ObjectUpload {
  public:
    virtual ~ObjectUpload() = default;
    virtual Task<Result<void>> write(std::string bytes) = 0;
    virtual std::uint64_t size() const = 0;
    // After the last write: what the bytes were. May be called again.
    virtual Task<Result<UploadDigests>> finish() = 0;
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

// What must hold of the key for a write to happen, decided together with the write.
struct WriteCondition {
    enum class Kind { kNone, kAbsent, kEtag } kind = Kind::kNone;
    std::string etag;
};

enum class CopyMetadata { kKeep, kReplace };

// Buckets and objects, with the semantics of S3 and none of its wire format. An object is on disk
// and its row, together with the async events it raises, committed in one transaction before put
// returns. Owned by the composition root; event loop's thread only.
// Errors: kNotFound with subject "bucket" or "object"; kConflict with subject "bucket_exists",
// "bucket_not_empty" or "precondition"; kInvalidArgument with subject "bucket_name", "key" or
// those of check_rules.
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
    ObjectStore(const ObjectStore&) = delete;
    ObjectStore& operator=(const ObjectStore&) = delete;
    static std::vector<sql::Migration> migrations();

    Task<Result<void>> create_bucket(std::string name);
    Task<Result<void>> delete_bucket(std::string name);
    Task<Result<Bucket>> bucket(std::string name);
    Task<Result<std::vector<Bucket>>> buckets();

    // A checksum of `checksum`'s kind is computed beside MD5 and SHA-256.
    Task<Result<std::unique_ptr<ObjectUpload>>> begin_upload(
        std::string bucket, ChecksumKind checksum = ChecksumKind::kNone
    );
    // `info` says bucket, key, content type, headers, metadata and which checksum to keep; size,
    // hashes and time are filled in.
    Task<Result<ObjectInfo>> commit(
        std::unique_ptr<ObjectUpload> upload,
        ObjectInfo info,
        ObjectEventKind kind,
        Cause cause,
        WriteCondition condition = WriteCondition()
    );
    Task<Result<ObjectInfo>> head(std::string bucket, std::string key);
    Task<Result<ObjectHandle>> open(std::string bucket, std::string key);
    // Deleting what is not there succeeds, as in S3; false then.
    Task<Result<bool>> remove(std::string bucket, std::string key, Cause cause);
    // The same for many keys in one transaction; how many were there.
    Task<Result<std::size_t>> remove_all(
        std::string bucket, std::vector<std::string> keys, Cause cause
    );
    // `info` as for commit; with kKeep only its bucket and key count.
    Task<Result<ObjectInfo>> copy(
        std::string source_bucket,
        std::string source_key,
        ObjectInfo info,
        CopyMetadata metadata,
        Cause cause
    );
    Task<Result<ListPage>> list(ListRequest request);

    Task<Result<void>> set_notifications(std::string bucket, std::vector<NotificationRule> rules);
    Task<Result<std::vector<NotificationRule>>> notifications(std::string bucket);

    MultipartUploads& multipart();

    // Makes the directories and removes blobs that no row names (left by a crash between file and
    // row). At start, before the first request.
    Task<Result<void>> collect();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::triggers
