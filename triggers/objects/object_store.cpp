#include "triggers/objects/object_store.h"

#include "base/files/content_hash.h"
#include "triggers/objects/bucket_name.h"
#include "triggers/objects/list_fold.h"
#include "triggers/objects/object_schema.h"
#include "triggers/objects/object_store_parts.h"
#include "triggers/objects/version_id.h"

#include <set>
#include <utility>

namespace lambent::triggers {
namespace {

bool is_refusal(const Error& error) {
    return error.subject() == "precondition" || error.subject() == "object";
}

Result<void> check_key(const std::string& key) {
    if (!is_object_key(key)) {
        return Error(Code::kInvalidArgument, "key", "a key has 1 to 1,024 bytes of UTF-8");
    }
    return {};
}

}  // namespace

ObjectStore::ObjectStore(std::string directory, Ports ports)
    : parts_(new Parts{ObjectShelf(std::move(directory), ports)}) {}
ObjectStore::~ObjectStore() = default;

std::vector<sql::Migration> ObjectStore::migrations() {
    return object_migrations();
}

MultipartUploads& ObjectStore::multipart() {
    return parts_->multipart;
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
    auto stored = std::make_shared<ObjectInfo>();
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(*stored, change.put(info, kind, cause, condition));
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.publish_and_change(std::move(file), std::move(work)));
    co_return std::move(*stored);
}

Task<Result<ObjectInfo>> ObjectStore::head(ObjectPath path) {
    auto query = [path](sql::Session& session) {
        return look_up(session, path);
    };
    co_return co_await read_rows<ObjectInfo>(parts_->shelf.driver(), std::move(query));
}

Task<Result<ObjectInfo>> ObjectStore::marker(ObjectPath path) {
    auto query = [path](sql::Session& session) {
        return look_up_marker(session, path);
    };
    co_return co_await read_rows<ObjectInfo>(parts_->shelf.driver(), std::move(query));
}

Task<Result<ObjectHandle>> ObjectStore::open(ObjectPath path) {
    // Between row and file the object may be replaced and its old file removed: look again.
    for (int attempt = 0; attempt < 8; ++attempt) {
        LAMBENT_CO_TRY(ObjectInfo info, co_await head(path));
        auto opening = parts_->shelf.checks().open(info.blob, info.size);
        Result<UniqueFd> file = co_await std::move(opening);
        if (file.has_error() && file.error().code() == Code::kNotFound) {
            continue;
        }
        LAMBENT_CO_TRY(UniqueFd opened, std::move(file));
        ObjectHandle handle{std::move(info), std::move(opened)};
        co_return handle;
    }
    co_return Error(Code::kCorrupted, "blob", "the file of the object is missing");
}

Task<Result<Removed>> ObjectStore::remove(ObjectPath path, Cause cause, Removal removal) {
    auto removed = std::make_shared<Removed>();
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(*removed, change.remove(path, removal, cause));
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.change(std::move(work)));
    co_return std::move(*removed);
}

Task<Result<std::vector<Result<Removed>>>> ObjectStore::remove_all(
    std::string bucket, std::vector<RemovalEntry> entries, Cause cause, Removal::By by
) {
    auto all = std::make_shared<std::vector<Result<Removed>>>();
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        all->clear();
        LAMBENT_TRY(change.buckets().find(bucket));
        for (const RemovalEntry& entry : entries) {
            const ObjectPath path{bucket, entry.key, entry.version};
            Removal removal;
            removal.by = by;
            removal.condition = entry.condition;
            Result<Removed> removed = change.remove(path, removal, cause);
            // A refusal wrote nothing; anything else undoes the whole.
            if (removed.has_error() && !is_refusal(removed.error())) {
                return removed.error();
            }
            all->push_back(std::move(removed));
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.change(std::move(work)));
    co_return std::move(*all);
}

Task<Result<ObjectInfo>> ObjectStore::copy(
    ObjectPath source, ObjectInfo info, CopyRules rules, Cause cause
) {
    LAMBENT_CO_TRY(check_key(info.key));
    auto copied = std::make_shared<ObjectInfo>();
    const WallTime now = parts_->shelf.now();
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(ObjectInfo object, look_up(change.session(), source));
        object.bucket = info.bucket;
        object.key = info.key;
        object.modified = now;
        if (rules.metadata == CopyMetadata::kReplace) {
            object.content_type = info.content_type;
            object.headers = info.headers;
            object.metadata = info.metadata;
        }
        if (rules.tags == CopyMetadata::kReplace) {
            object.tags = info.tags;
        }
        auto put =
            change.put(std::move(object), ObjectEventKind::kCreatedCopy, cause, rules.condition);
        LAMBENT_TRY(*copied, std::move(put));
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.change(std::move(work)));
    co_return std::move(*copied);
}

Task<Result<ObjectInfo>> ObjectStore::set_tags(
    ObjectPath path, std::map<std::string, std::string> tags, Cause cause
) {
    auto tagged = std::make_shared<ObjectInfo>();
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(*tagged, change.set_tags(path, tags, ObjectEventKind::kTaggingPut, cause));
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.change(std::move(work)));
    co_return std::move(*tagged);
}

Task<Result<ObjectInfo>> ObjectStore::erase_tags(ObjectPath path, Cause cause) {
    auto tagged = std::make_shared<ObjectInfo>();
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(*tagged, change.set_tags(path, {}, ObjectEventKind::kTaggingDelete, cause));
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->shelf.change(std::move(work)));
    co_return std::move(*tagged);
}

Task<Result<ListPage>> ObjectStore::list(ListRequest request) {
    auto query = [request](sql::Session& session) -> Result<ListPage> {
        LAMBENT_TRY(SqlBucketRepository(session).find(request.bucket));
        SqlObjectRepository objects(session);
        return fold_list(request, [&](const ListSeek& seek) {
            return objects.page(request.bucket, request.prefix, seek);
        });
    };
    co_return co_await read_rows<ListPage>(parts_->shelf.driver(), std::move(query));
}

Task<Result<VersionPage>> ObjectStore::versions(VersionRequest request) {
    auto query = [request](sql::Session& session) -> Result<VersionPage> {
        LAMBENT_TRY(SqlBucketRepository(session).find(request.bucket));
        SqlVersionRepository rows(session);
        return fold_versions(request, [&](const VersionSeek& seek) {
            return rows.page(request.bucket, request.prefix, seek);
        });
    };
    co_return co_await read_rows<VersionPage>(parts_->shelf.driver(), std::move(query));
}

Task<Result<std::int64_t>> ObjectStore::sequence_of(ObjectPath path) {
    if (const auto sequence = version_sequence(path.version)) {
        co_return *sequence;  // also of one that is gone by now
    }
    auto query = [path](sql::Session& session) -> Result<std::int64_t> {
        LAMBENT_TRY(const auto found, find_version(session, path));
        return found ? found->sequence : 0;
    };
    co_return co_await read_rows<std::int64_t>(parts_->shelf.driver(), std::move(query));
}

Task<Result<void>> ObjectStore::collect() {
    auto query = [](sql::Session& session) {
        return SqlObjectRepository(session).used_blobs();
    };
    LAMBENT_CO_TRY(
        std::set<std::string> used,
        co_await read_rows<std::set<std::string>>(parts_->shelf.driver(), std::move(query))
    );
    auto job = [blobs = parts_->shelf.blobs(), used = std::move(used)]() -> Result<void> {
        LAMBENT_TRY(blobs.prepare());
        return blobs.keep_only(used);
    };
    co_return co_await offload(parts_->shelf.workers(), std::move(job));
}

}  // namespace lambent::triggers
