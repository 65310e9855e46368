#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lambent::runtime {

struct PackageLimits {
    std::uint64_t zip_bytes_max = 50ULL << 20;        // direct upload (lambda-facts section 1)
    std::uint64_t unpacked_bytes_max = 250ULL << 20;  // counted while unpacking
    std::uint32_t entries_max = 100'000;
};

struct Package {
    std::string sha256;  // hex, of the zip as uploaded
    std::uint64_t zip_bytes = 0;
    std::string directory;  // where it lies unpacked, never written to again
};

// Function code, as uploaded and unpacked, in files named by hash under one directory:
// <hash>.zip and <hash>/. A zip that climbs out, links out, lies about its size or is no zip is
// refused with kInvalidArgument (subject "zip"), one too large with kTooLarge. Unpacked files are
// readable by every cell and writable by nobody. They are what the zip brings and no more: nothing
// is compiled here, since that would run an interpreter on a stranger's code outside a cell. Event
// loop's thread only.
class PackageStore {
  public:
    PackageStore(std::string directory, PackageLimits limits, WorkerPool& workers);

    // On disk, synced and unpacked when it returns. The same bytes again cost only the hash, and
    // mend a package that find_checked refused.
    Task<Result<Package>> put(std::string zip);
    Result<Package> find(const std::string& sha256) const;
    // What find finds, to be run: unless this object unpacked it, every byte of it is compared with
    // the zip, and that with its hash, the first time; once for all that wait for it. kCorrupted,
    // subject "package"; other errors say nothing about the package.
    Task<Result<Package>> find_checked(std::string sha256);
    Task<Result<std::string>> read_zip(std::string sha256);
    // Removes packages that no name in `in_use` names, and what a killed unpacking left. At start,
    // before the first put: running environments have their package mounted.
    Task<> collect(std::vector<std::string> in_use);

  private:
    struct Flight;
    class Landing;

    // Waits for the check or the unpacking of this package that is under way, if one is, and
    // returns what it came to; nothing when there was none or it came to nothing.
    Task<std::optional<Result<Package>>> flown(std::string sha256);

    std::string directory_;
    PackageLimits limits_;
    WorkerPool& workers_;
    std::set<std::string> checked_;  // hashes of packages that are as they were uploaded
    // Checks and unpackings under way, by hash; shared with those that wait for them.
    std::map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace lambent::runtime
