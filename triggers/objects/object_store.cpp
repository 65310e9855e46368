#include "triggers/objects/object_store.h"

#include "base/files/content_hash.h"
#include "triggers/objects/bucket_name.h"
#include "triggers/objects/list_fold.h"
#include "triggers/objects/multipart_uploads.h"
#include "triggers/objects/notification_match.h"
#include "triggers/objects/object_shelf.h"
#include "triggers/objects/sql_object_repository.h"

#include <sys/stat.h>

#include <set>
#include <utility>

namespace lambent::triggers {
namespace {

Error no_object() {
    return Error(Code::kNotFound, "object", "there is no object of that key");
}

Result<void> check_key(const std::string& key) {
    if (!is_object_key(key)) {
        return Error(Code::kInvalidArgument, "key", "a key has 1 to 1,024 bytes of UTF-8");
    }
    return {};
}

// Reads on another thread: `query` fills the value that both sides hold.
template <class T, class Query>
Task<Result<T>> read(sql::Driver& driver, Query query) {
    auto value = std::make_shared<T>();
    sql::Work work = [value, query = std::move(query)](sql::Session& session) -> Result<void> {
        SqlObjectRepository objects(session);
        LAMBENT_TRY(*value, query(objects));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver.read(std::move(work)));
    co_return std::move(*value);
}

// A stored file that is not as long as its row says is damaged, and is not served.
Result<void> check_size(const UniqueFd& file, const ObjectInfo& info) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        return errno_error("stat an object", errno);
    }
    if (static_cast<std::uint64_t>(status.st_size) != info.size) {
        return Error(Code::kCorrupted, "blob", "the file of the object has another size");
    }
    return {};
}

}  // namespace

struct ObjectStore::Parts {
    ObjectShelf shelf;
    MultipartUploads multipart{shelf};
};

ObjectStore::ObjectStore(
    std::string directory,
    sql::Driver& driver,
    scheduler::AsyncQueue& events,
    ObjectEventWriter& writer,
    WorkerPool& workers,
    const Clock& clock
)
    : parts_(new Parts{ObjectShelf(std::move(directory), driver, events, writer, workers, clock)}) {
}
ObjectStore::~ObjectStore() = default;

std::vector<sql::Migration> ObjectStore::migrations() {
    return SqlObjectRepository::migrations();
}

MultipartUploads& ObjectStore::multipart() {
    return parts_->multipart;
}

Task<Result<void>> ObjectStore::create_bucket(std::string name) {
    if (!is_bucket_name(name)) {
        co_return Error(Code::kInvalidArgument, "bucket_name", "not a name for a bucket");
    }
    const Bucket bucket{std::move(name), parts_->shelf.now()};
    ObjectShelf::Work work = [bucket](ObjectChange& change) {
        return change.objects().insert_bucket(bucket);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<void>> ObjectStore::delete_bucket(std::string name) {
    ObjectShelf::Work work = [name](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.objects().bucket(name));
        LAMBENT_TRY(const bool holds_some, change.objects().holds_anything(name));
        if (holds_some) {
            return Error(Code::kConflict, "bucket_not_empty", "the bucket is not empty");
        }
        LAMBENT_TRY(MultipartUploads::drop_all(change, name));
        return change.objects().erase_bucket(name);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<Bucket>> ObjectStore::bucket(std::string name) {
    auto query = [name](SqlObjectRepository& objects) {
        return objects.bucket(name);
    };
    co_return co_await read<Bucket>(parts_->shelf.driver(), std::move(query));
}

Task<Result<std::vector<Bucket>>> ObjectStore::buckets() {
    auto query = [](SqlObjectRepository& objects) {
        return objects.buckets();
    };
    co_return co_await read<std::vector<Bucket>>(parts_->shelf.driver(), std::move(query));
}

Task<Result<std::unique_ptr<ObjectUpload>>> ObjectStore::begin_upload(
    std::string bucket, ChecksumKind checksum
) {
    LAMBENT_CO_TRY(co_await this->bucket(std::move(bucket)));
    std::unique_ptr<ObjectUpload> upload = parts_->shelf.begin_upload(checksum);
    co_return upload;
}

Task<Result<ObjectInfo>> ObjectStore::commit(
    std::unique_ptr<ObjectUpload> upload,
    ObjectInfo info,
    ObjectEventKind kind,
    Cause cause,
    WriteCondition condition
) {
    LAMBENT_CO_TRY(check_key(info.key));
    LAMBENT_CO_TRY(const UploadDigests digests, co_await upload->finish());
    info.size = digests.size;
    info.etag = to_hex(digests.md5);
    info.blob = to_hex(digests.sha256);
    info.checksum = to_base64(digests.checksum);
    info.modified = parts_->shelf.now();
    // begin_upload is the only source of uploads.
    std::unique_ptr<FileUpload> file(static_cast<FileUpload*>(upload.release()));
    ObjectShelf::Work work = [info, kind, cause, condition](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.objects().bucket(info.bucket));
        return change.put(info, kind, cause, condition);
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.publish_and_change(std::move(file), std::move(work)));
    co_return info;
}

Task<Result<ObjectInfo>> ObjectStore::head(std::string bucket, std::string key) {
    auto query = [bucket, key](SqlObjectRepository& objects) -> Result<ObjectInfo> {
        LAMBENT_TRY(auto found, objects.find(bucket, key));
        if (found) {
            return std::move(*found);
        }
        LAMBENT_TRY(objects.bucket(bucket));
        return no_object();
    };
    co_return co_await read<ObjectInfo>(parts_->shelf.driver(), std::move(query));
}

Task<Result<ObjectHandle>> ObjectStore::open(std::string bucket, std::string key) {
    // Between row and file the object may be replaced and its old file removed: look again.
    for (int attempt = 0; attempt < 8; ++attempt) {
        LAMBENT_CO_TRY(ObjectInfo info, co_await head(bucket, key));
        auto job = [blobs = parts_->shelf.blobs(), blob = info.blob] {
            return blobs.open(blob);
        };
        Result<UniqueFd> file = co_await offload(parts_->shelf.workers(), std::move(job));
        if (file.has_error() && file.error().code() == Code::kNotFound) {
            continue;
        }
        LAMBENT_CO_TRY(UniqueFd opened, std::move(file));
        LAMBENT_CO_TRY(check_size(opened, info));
        ObjectHandle handle{std::move(info), std::move(opened)};
        co_return handle;
    }
    co_return Error(Code::kCorrupted, "blob", "the file of the object is missing");
}

Task<Result<bool>> ObjectStore::remove(std::string bucket, std::string key, Cause cause) {
    std::vector<std::string> keys{std::move(key)};
    auto removing = remove_all(std::move(bucket), std::move(keys), std::move(cause));
    LAMBENT_CO_TRY(const std::size_t removed, co_await std::move(removing));
    co_return removed == 1;
}

Task<Result<std::size_t>> ObjectStore::remove_all(
    std::string bucket, std::vector<std::string> keys, Cause cause
) {
    auto removed = std::make_shared<std::size_t>(0);
    ObjectShelf::Work work = [bucket, keys = std::move(keys), cause, removed](ObjectChange& change
                             ) -> Result<void> {
        *removed = 0;
        LAMBENT_TRY(change.objects().bucket(bucket));
        for (const std::string& key : keys) {
            LAMBENT_TRY(const bool was_there, change.remove(bucket, key, cause));
            *removed += was_there ? 1 : 0;
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.change(std::move(work)));
    co_return *removed;
}

Task<Result<ObjectInfo>> ObjectStore::copy(
    std::string source_bucket,
    std::string source_key,
    ObjectInfo info,
    CopyMetadata metadata,
    Cause cause
) {
    LAMBENT_CO_TRY(check_key(info.key));
    auto copied = std::make_shared<ObjectInfo>();
    const WallTime now = parts_->shelf.now();
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.objects().bucket(source_bucket));
        LAMBENT_TRY(change.objects().bucket(info.bucket));
        LAMBENT_TRY(auto source, change.objects().find(source_bucket, source_key));
        if (!source) {
            return no_object();
        }
        *copied = *source;
        copied->bucket = info.bucket;
        copied->key = info.key;
        copied->modified = now;
        if (metadata == CopyMetadata::kReplace) {
            copied->content_type = info.content_type;
            copied->headers = info.headers;
            copied->metadata = info.metadata;
        }
        return change.put(*copied, ObjectEventKind::kCreatedCopy, cause, WriteCondition());
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.change(std::move(work)));
    co_return *copied;
}

Task<Result<ListPage>> ObjectStore::list(ListRequest request) {
    auto query = [request](SqlObjectRepository& objects) -> Result<ListPage> {
        LAMBENT_TRY(objects.bucket(request.bucket));
        return fold_list(request, [&](const ListSeek& seek) {
            return objects.page(request.bucket, request.prefix, seek);
        });
    };
    co_return co_await read<ListPage>(parts_->shelf.driver(), std::move(query));
}

Task<Result<void>> ObjectStore::set_notifications(
    std::string bucket, std::vector<NotificationRule> rules
) {
    LAMBENT_CO_TRY(check_rules(rules));
    ObjectShelf::Work work = [bucket, rules = std::move(rules)](ObjectChange& change) {
        return change.objects().set_rules(bucket, rules);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<std::vector<NotificationRule>>> ObjectStore::notifications(std::string bucket) {
    auto query = [bucket](SqlObjectRepository& objects) {
        return objects.rules(bucket);
    };
    co_return co_await read<std::vector<NotificationRule>>(
        parts_->shelf.driver(), std::move(query)
    );
}

Task<Result<void>> ObjectStore::collect() {
    auto query = [](SqlObjectRepository& objects) {
        return objects.used_blobs();
    };
    LAMBENT_CO_TRY(
        std::set<std::string> used,
        co_await read<std::set<std::string>>(parts_->shelf.driver(), std::move(query))
    );
    auto job = [blobs = parts_->shelf.blobs(), used = std::move(used)]() -> Result<void> {
        LAMBENT_TRY(blobs.prepare());
        return blobs.keep_only(used);
    };
    co_return co_await offload(parts_->shelf.workers(), std::move(job));
}

}  // namespace lambent::triggers
