#pragma once

#include "base/async/offload.h"
#include "triggers/objects/blob_store.h"
#include "triggers/objects/checksum.h"
#include "triggers/objects/object_store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lambent::triggers {

// An upload into a blob store: gathers bytes until a hop to a worker pays, then hashes and writes
// them there, one hop at a time. Event loop's thread only.
class FileUpload final : public ObjectUpload {
  public:
    FileUpload(const BlobStore& blobs, WorkerPool& workers, ChecksumKind checksum);
    ~FileUpload() override;
    FileUpload(const FileUpload&) = delete;
    FileUpload& operator=(const FileUpload&) = delete;

    Task<Result<void>> write(std::string bytes) override;
    std::uint64_t size() const override { return size_; }
    Task<Result<UploadDigests>> finish() override;
    // After finish: makes the bytes a blob, under the name of their SHA-256.
    Task<Result<void>> publish();

  private:
    struct Work;
    Task<Result<void>> flush();

    WorkerPool& workers_;
    std::shared_ptr<Work> work_;  // also held by the job that runs
    std::string gathered_;
    std::uint64_t size_ = 0;
    std::optional<UploadDigests> digests_;
};

}  // namespace lambent::triggers
