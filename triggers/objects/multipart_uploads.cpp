#include "triggers/objects/multipart_uploads.h"

#include "base/failpoint.h"
#include "base/files/content_hash.h"
#include "base/ids.h"
#include "triggers/objects/bucket_name.h"
#include "triggers/objects/object_shelf.h"
#include "triggers/objects/part_choice.h"
#include "triggers/objects/sql_upload_repository.h"
#include "triggers/objects/upload_fold.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::size_t kReadBytes = 512UL * 1024;
constexpr std::size_t kIdChanceBytes = 24;

// Time and chance: the uploads of a key are listed in the order in which they began.
std::string make_upload_id(WallTime now) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
    char digits[17];
    std::snprintf(digits, sizeof(digits), "%016llx", static_cast<unsigned long long>(us.count()));
    return digits + random_hex(kIdChanceBytes);
}

Error no_upload() {
    return Error(Code::kNotFound, "upload", "there is no such upload");
}

Result<MultipartUpload> find_in(
    sql::Session& session, const std::string& bucket, const std::string& key, const std::string& id
) {
    LAMBENT_TRY(MultipartUpload upload, SqlUploadRepository(session).find(id));
    if (upload.object.bucket != bucket || upload.object.key != key) {
        return no_upload();
    }
    return upload;
}

// A part's file, hashed while it is read; shared with the job that reads.
struct PartReading {
    UniqueFd file;
    Digest sha256{HashKind::kSha256};

    // Empty at the end.
    Result<std::string> next() {
        std::string bytes(kReadBytes, '\0');
        ssize_t got = 0;
        do {
            got = ::read(file.get(), bytes.data(), bytes.size());
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            return errno_error("read a part", errno);
        }
        bytes.resize(static_cast<std::size_t>(got));
        sha256.update(bytes);
        return bytes;
    }
};

// Appends one part's blob to the object that is being put together.
Task<Result<void>> append(ObjectShelf& shelf, FileUpload& whole, std::string blob) {
    auto opening = [blobs = shelf.blobs(), blob] {
        return blobs.open(blob);
    };
    Result<UniqueFd> opened = co_await offload(shelf.workers(), std::move(opening));
    if (opened.has_error() && opened.error().code() == Code::kNotFound) {
        co_return no_upload();  // aborted, or completed by somebody else meanwhile
    }
    LAMBENT_CO_TRY(auto file, std::move(opened));
    const auto reading = std::make_shared<PartReading>(PartReading{std::move(file)});
    for (;;) {
        auto job = [reading] {
            return reading->next();
        };
        LAMBENT_CO_TRY(std::string bytes, co_await offload(shelf.workers(), std::move(job)));
        if (bytes.empty()) {
            break;
        }
        LAMBENT_CO_TRY(co_await whole.write(std::move(bytes)));
    }
    if (to_hex(reading->sha256.finish()) != blob) {
        co_return Error(Code::kCorrupted, "blob", "the bytes of a part are not those stored");
    }
    co_return Result<void>();
}

}  // namespace

Task<Result<MultipartUpload>> MultipartUploads::create(ObjectInfo object, ChecksumScope scope) {
    if (!is_object_key(object.key)) {
        co_return Error(Code::kInvalidArgument, "key", "a key has 1 to 1,024 bytes of UTF-8");
    }
    MultipartUpload upload;
    upload.initiated = shelf_.now();
    upload.id = make_upload_id(upload.initiated);
    upload.object = std::move(object);
    upload.checksum_scope = scope;
    ObjectShelf::Work work = [upload](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.buckets().find(upload.object.bucket));
        return SqlUploadRepository(change.session()).insert(upload);
    };
    LAMBENT_CO_TRY(co_await shelf_.change(std::move(work)));
    co_return upload;
}

Task<Result<MultipartUpload>> MultipartUploads::find(
    std::string bucket, std::string key, std::string id
) {
    auto upload = std::make_shared<MultipartUpload>();
    sql::Work work = [=](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(SqlBucketRepository(session).find(bucket));
        LAMBENT_TRY(*upload, find_in(session, bucket, key, id));
        return {};
    };
    LAMBENT_CO_TRY(co_await shelf_.driver().read(std::move(work)));
    co_return std::move(*upload);
}

Task<Result<UploadPart>> MultipartUploads::put_part(
    MultipartUpload target, int number, std::unique_ptr<ObjectUpload> upload
) {
    if (number < 1 || number > kPartNumberMax) {
        co_return Error(Code::kInvalidArgument, "part_number", "parts are numbered 1 to 10,000");
    }
    LAMBENT_CO_TRY(const UploadDigests digests, co_await upload->finish());
    UploadPart part;
    part.number = number;
    part.size = digests.size;
    part.etag = to_hex(digests.md5);
    part.checksum = to_base64(digests.checksum);
    part.blob = to_hex(digests.sha256);
    part.modified = shelf_.now();
    ObjectShelf::Work work = [part, id = target.id](ObjectChange& change) -> Result<void> {
        SqlUploadRepository uploads(change.session());
        LAMBENT_TRY(uploads.find(id));
        LAMBENT_TRY(const auto earlier, uploads.parts(id, part.number - 1, 1));
        if (!earlier.empty() && earlier.front().number == part.number) {
            change.release(earlier.front().blob);
        }
        LAMBENT_TRY(uploads.put_part(id, part));
        failpoint("object.part.row_added");
        return {};
    };
    // begin_upload is the only source of uploads.
    std::unique_ptr<FileUpload> file(static_cast<FileUpload*>(upload.release()));
    LAMBENT_CO_TRY(co_await shelf_.publish_and_change(std::move(file), std::move(work)));
    co_return part;
}

Task<Result<ObjectInfo>> MultipartUploads::complete(
    MultipartUpload target, std::vector<PartChoice> choices, Cause cause, WriteCondition condition
) {
    LAMBENT_CO_TRY(const PartPage stored, co_await parts(target, 0, kPartNumberMax));
    LAMBENT_CO_TRY(const auto chosen, choose_parts(stored.parts, choices));
    ObjectInfo object = stored.upload.object;
    const bool full = stored.upload.checksum_scope == ChecksumScope::kFullObject;
    auto whole = shelf_.begin_upload(full ? object.checksum_kind : ChecksumKind::kNone);
    for (const UploadPart& part : chosen) {
        LAMBENT_CO_TRY(co_await append(shelf_, *whole, part.blob));
        failpoint("object.complete.appended");
    }
    LAMBENT_CO_TRY(const UploadDigests digests, co_await whole->finish());
    object.size = digests.size;
    object.etag = multipart_etag(chosen);
    object.blob = to_hex(digests.sha256);
    object.checksum =
        full ? to_base64(digests.checksum) : composite_checksum(object.checksum_kind, chosen);
    object.modified = shelf_.now();
    for (const UploadPart& part : chosen) {
        object.parts.push_back({part.size, part.checksum});
    }
    auto made = std::make_shared<ObjectInfo>();
    ObjectShelf::Work work = [made, object, id = target.id, cause, condition](ObjectChange& change
                             ) -> Result<void> {
        SqlUploadRepository uploads(change.session());
        LAMBENT_TRY(uploads.find(id));
        LAMBENT_TRY(std::vector<std::string> blobs, uploads.erase(id));
        for (std::string& blob : blobs) {
            change.release(std::move(blob));
        }
        failpoint("object.complete.upload_erased");
        auto put = change.put(object, ObjectEventKind::kCreatedMultipart, cause, condition);
        LAMBENT_TRY(*made, std::move(put));
        return {};
    };
    LAMBENT_CO_TRY(co_await shelf_.publish_and_change(std::move(whole), std::move(work)));
    co_return std::move(*made);
}

Task<Result<void>> MultipartUploads::abort(std::string bucket, std::string key, std::string id) {
    ObjectShelf::Work work = [=](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.buckets().find(bucket));
        LAMBENT_TRY(find_in(change.session(), bucket, key, id));
        LAMBENT_TRY(
            std::vector<std::string> blobs, SqlUploadRepository(change.session()).erase(id)
        );
        for (std::string& blob : blobs) {
            change.release(std::move(blob));
        }
        return {};
    };
    co_return co_await shelf_.change(std::move(work));
}

Task<Result<PartPage>> MultipartUploads::parts(
    MultipartUpload target, int after, std::size_t limit
) {
    auto page = std::make_shared<PartPage>();
    sql::Work work = [=](sql::Session& session) -> Result<void> {
        SqlUploadRepository uploads(session);
        LAMBENT_TRY(page->upload, uploads.find(target.id));
        LAMBENT_TRY(page->parts, uploads.parts(target.id, after, limit + 1));
        return {};
    };
    LAMBENT_CO_TRY(co_await shelf_.driver().read(std::move(work)));
    page->truncated = page->parts.size() > limit;
    page->parts.resize(std::min(page->parts.size(), limit));
    co_return std::move(*page);
}

Task<Result<UploadPage>> MultipartUploads::list(UploadQuery query) {
    auto page = std::make_shared<UploadPage>();
    sql::Work work = [page, query](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(SqlBucketRepository(session).find(query.bucket));
        SqlUploadRepository uploads(session);
        auto folded =
            fold_uploads(query, [&uploads](const UploadQuery& rows) { return uploads.page(rows); });
        LAMBENT_TRY(*page, std::move(folded));
        return {};
    };
    LAMBENT_CO_TRY(co_await shelf_.driver().read(std::move(work)));
    co_return std::move(*page);
}

Result<void> MultipartUploads::drop_all(ObjectChange& change, const std::string& bucket) {
    SqlUploadRepository uploads(change.session());
    UploadQuery query;
    query.bucket = bucket;
    for (;;) {
        LAMBENT_TRY(const auto page, uploads.page(query));
        if (page.empty()) {
            return {};
        }
        for (const MultipartUpload& upload : page) {
            LAMBENT_TRY(std::vector<std::string> blobs, uploads.erase(upload.id));
            for (std::string& blob : blobs) {
                change.release(std::move(blob));
            }
        }
    }
}

}  // namespace lambent::triggers
