#include "triggers/objects/file_upload.h"

#include "base/files/content_hash.h"
#include "base/files/durable_file.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::size_t kHopBytes = 512UL * 1024;

}  // namespace

// What the worker's side touches; one job at a time.
struct FileUpload::Work {
    BlobStore blobs;
    std::optional<DurableFile> file;
    Digest md5{HashKind::kMd5};
    Digest sha256{HashKind::kSha256};
    Checksum checksum;

    Result<void> take(const std::string& bytes) {
        if (!file) {
            LAMBENT_TRY(file, blobs.begin());
        }
        md5.update(bytes);
        sha256.update(bytes);
        checksum.update(bytes);
        return file->write(bytes);
    }
};

FileUpload::FileUpload(const BlobStore& blobs, WorkerPool& workers, ChecksumKind checksum)
    : workers_(workers),
      work_(new Work{.blobs = blobs, .file = {}, .checksum = Checksum(checksum)}) {}
FileUpload::~FileUpload() = default;

Task<Result<void>> FileUpload::write(std::string bytes) {
    size_ += bytes.size();
    if (gathered_.empty()) {
        gathered_ = std::move(bytes);
    } else {
        gathered_ += bytes;
    }
    if (gathered_.size() < kHopBytes) {
        co_return Result<void>();
    }
    co_return co_await flush();
}

Task<Result<void>> FileUpload::flush() {
    auto job = [work = work_, bytes = std::exchange(gathered_, {})] {
        return work->take(bytes);
    };
    co_return co_await offload(workers_, std::move(job));
}

Task<Result<UploadDigests>> FileUpload::finish() {
    if (digests_) {
        co_return *digests_;
    }
    auto job = [work = work_, bytes = std::exchange(gathered_, {})]() -> Result<UploadDigests> {
        LAMBENT_TRY(work->take(bytes));
        UploadDigests digests;
        digests.size = work->file->size();
        digests.md5 = work->md5.finish();
        digests.sha256 = work->sha256.finish();
        digests.checksum = work->checksum.finish();
        return digests;
    };
    LAMBENT_CO_TRY(digests_, co_await offload(workers_, std::move(job)));
    co_return *digests_;
}

Task<Result<void>> FileUpload::publish() {
    auto job = [work = work_, blob = to_hex(digests_->sha256)] {
        return work->blobs.publish(*work->file, blob);
    };
    co_return co_await offload(workers_, std::move(job));
}

}  // namespace lambent::triggers
