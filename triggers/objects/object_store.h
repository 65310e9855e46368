#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "base/unique_fd.h"
#include "scheduler/async_queue.h"
#include "scheduler/targets.h"
#include "triggers/objects/checksum.h"
#include "triggers/objects/object.h"
#include "triggers/objects/object_lookup.h"
#include "triggers/objects/version_fold.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

class MultipartUploads;

// Turns what happened to an object into the event documents of those that asked for it. The wire
// format of the document is the door's business (api/s3); which rule matches is ours. Called on the
// thread that writes to the database.
class ObjectEventWriter {
  public:
    virtual ~ObjectEventWriter() = default;
    // What a function gets.
    virtual std::string document(const NotificationRule& rule, const ObjectEvent& event) = 0;
    // What a queue, topic or event bus gets; its id is filled in.
    virtual scheduler::TargetMessage message(
        const NotificationRule& rule, const ObjectEvent& event
    ) = 0;
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
    std::string trace_header = {};  // X-Amzn-Trace-Id
};

// What must hold of the key for a write to happen, decided together with the write.
struct WriteCondition {
    enum class Kind { kNone, kAbsent, kPresent, kEtag, kUntouched } kind = Kind::kNone;
    std::string etag;
    WallTime modified = {};  // of what must be there untouched
};

// How something is to be removed.
struct Removal {
    enum class By { kClient, kLifecycle } by = By::kClient;
    WriteCondition condition;
};

// What became of it: a version went for good, or a delete marker was made or unmade.
struct Removed {
    enum class What { kNothing, kObject, kMarkerMade, kMarkerRemoved } what = What::kNothing;
    std::string version;  // of the marker or of what went; empty in a bucket never versioned
};

// One of many to be removed together.
struct RemovalEntry {
    std::string key;
    std::string version = {};
    WriteCondition condition = {};
};

enum class CopyMetadata { kKeep, kReplace };

// What a copy takes over from its source, and when it may happen.
struct CopyRules {
    CopyMetadata metadata = CopyMetadata::kKeep;
    CopyMetadata tags = CopyMetadata::kKeep;
    WriteCondition condition = {};
};

// Buckets and objects, with the semantics of S3 and none of its wire format. An object is on disk
// and its row, together with the events it raises, committed in one transaction before put
// returns. Owned by the composition root; event loop's thread only.
// Errors: kNotFound with subject "bucket" or those of look_up; kConflict with subject
// "bucket_exists", "bucket_not_empty" or "precondition"; kInvalidArgument with subject
// "bucket_name", "key" or those of check_rules.
class ObjectStore {
  public:
    // What a store is made of; all outlive it.
    struct Ports {
        sql::Driver& driver;
        scheduler::AsyncQueue& events;
        scheduler::Outbox& outbox;
        ObjectEventWriter& writer;
        WorkerPool& workers;
        const Clock& clock;
    };
    ObjectStore(std::string directory, Ports ports);
    ~ObjectStore();
    ObjectStore(const ObjectStore&) = delete;
    ObjectStore& operator=(const ObjectStore&) = delete;
    static std::vector<sql::Migration> migrations();

    Task<Result<void>> create_bucket(std::string name);
    Task<Result<void>> delete_bucket(std::string name);
    Task<Result<Bucket>> bucket(std::string name);
    Task<Result<std::vector<Bucket>>> buckets();
    Task<Result<void>> set_versioning(std::string bucket, Versioning versioning);
    Task<Result<void>> set_notifications(std::string bucket, std::vector<NotificationRule> rules);
    Task<Result<std::vector<NotificationRule>>> notifications(std::string bucket);
    // A text kept for somebody else under a name of theirs; nothing when there is none.
    Task<Result<std::optional<std::string>>> setting(std::string bucket, std::string name);
    Task<Result<void>> set_setting(std::string bucket, std::string name, std::string content);
    Task<Result<void>> erase_setting(std::string bucket, std::string name);
    Task<Result<std::vector<std::string>>> buckets_with(std::string setting);

    // A checksum of `checksum`'s kind is computed beside MD5 and SHA-256.
    Task<Result<std::unique_ptr<ObjectUpload>>> begin_upload(
        std::string bucket, ChecksumKind checksum = ChecksumKind::kNone
    );
    // `info` says bucket, key, content type, headers, metadata, tags and which checksum to keep;
    // size, hashes, time and version are filled in.
    Task<Result<ObjectInfo>> commit(
        std::unique_ptr<ObjectUpload> upload,
        ObjectInfo info,
        ObjectEventKind kind,
        Cause cause,
        WriteCondition condition = WriteCondition()
    );
    Task<Result<ObjectInfo>> head(ObjectPath path);
    // The delete marker that made head() or open() fail.
    Task<Result<ObjectInfo>> marker(ObjectPath path);
    Task<Result<ObjectHandle>> open(ObjectPath path);
    // Deleting what is not there succeeds, as in S3.
    Task<Result<Removed>> remove(ObjectPath path, Cause cause, Removal removal = Removal());
    // The same for many in one transaction; what became of each, in their order.
    Task<Result<std::vector<Result<Removed>>>> remove_all(
        std::string bucket,
        std::vector<RemovalEntry> entries,
        Cause cause,
        Removal::By by = Removal::By::kClient
    );
    // `info` as for commit; with kKeep only its bucket and key count.
    Task<Result<ObjectInfo>> copy(ObjectPath source, ObjectInfo info, CopyRules rules, Cause cause);
    Task<Result<ObjectInfo>> set_tags(
        ObjectPath path, std::map<std::string, std::string> tags, Cause cause
    );
    Task<Result<ObjectInfo>> erase_tags(ObjectPath path, Cause cause);
    Task<Result<ListPage>> list(ListRequest request);
    Task<Result<VersionPage>> versions(VersionRequest request);
    // Where a listing goes on behind a version of a key; 0 behind all of them.
    Task<Result<std::int64_t>> sequence_of(ObjectPath path);

    MultipartUploads& multipart();

    // Makes the directories and removes blobs that no row names (left by a crash between file and
    // row). At start, before the first request.
    Task<Result<void>> collect();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::triggers
