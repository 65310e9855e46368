#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "triggers/objects/blob_store.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace lambent::triggers {

// Opens blobs whose bytes are still those that their name is the hash of. Small files are hashed
// whenever they are opened. A larger one is hashed once, however many want it, and remembered for
// as long as its file is not written to and this object lives: pieces of large objects cost no
// more than their bytes. Owned by the object shelf; event loop's thread only.
class BlobChecks {
  public:
    BlobChecks(BlobStore blobs, WorkerPool& workers);
    ~BlobChecks();
    BlobChecks(const BlobChecks&) = delete;
    BlobChecks& operator=(const BlobChecks&) = delete;

    // kNotFound when there is none; kCorrupted, subject "blob", for another size or other bytes.
    Task<Result<UniqueFd>> open(std::string blob, std::uint64_t size);

    // What a stat says of a file; every write changes it.
    struct Mark {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        std::int64_t changed_ns = 0;  // ctime, since 1970
        friend bool operator==(const Mark&, const Mark&) = default;
    };

  private:
    struct Opened;
    struct Flight;
    class Landing;

    static Result<Opened> open_now(const BlobStore& blobs, const std::string& blob);
    Task<Result<void>> check(Opened opened, std::string blob);
    Task<Result<void>> hash(Opened opened, std::string blob);
    void remember(const std::string& blob, const Opened& opened);

    const BlobStore blobs_;
    WorkerPool& workers_;
    std::map<std::string, Mark> sound_;                       // by blob; large files only
    std::map<std::string, std::shared_ptr<Flight>> flights_;  // hashes under way, by blob
};

}  // namespace lambent::triggers
