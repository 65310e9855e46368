#pragma once

#include "base/files/durable_file.h"
#include "base/result.h"
#include "base/unique_fd.h"

#include <set>
#include <string>

namespace lambent::triggers {

// Files named by the hex SHA-256 of their content, in 256 fan-out directories beside one for what
// is still arriving. Every call blocks: on a worker. Holds no state, so any number of them may run.
class BlobStore {
  public:
    explicit BlobStore(std::string directory) : directory_(std::move(directory)) {}

    // All directories, durably; throws away what was arriving when the last life ended.
    Result<void> prepare() const;

    Result<DurableFile> begin() const;
    // After this the blob survives a power cut. One that exists already is replaced by its equal.
    Result<void> publish(DurableFile& file, const std::string& blob) const;

    // kNotFound when there is none.
    Result<UniqueFd> open(const std::string& blob) const;
    Result<void> remove(const std::string& blob) const;
    // Removes every blob that is not among `wanted`.
    Result<void> keep_only(const std::set<std::string>& wanted) const;

  private:
    std::string fan_out(const std::string& blob) const;

    std::string directory_;
};

}  // namespace lambent::triggers
