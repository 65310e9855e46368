#pragma once

#include "base/async/offload.h"
#include "base/result.h"
#include "base/unique_fd.h"

#include <memory>
#include <string>

namespace lambent::http {

// Reads files for answers without stopping the event loop: what the page cache holds is read at
// once, the rest by a thread that is started when it is first needed. Owned by the server.
class FileReader {
  public:
    // Up to into.size() bytes at `offset`; how many came, 0 at the end of the file. Both
    // parameters outlive the flow.
    Task<Result<std::size_t>> read_at(
        const UniqueFd& file, std::uint64_t offset, std::string& into
    );

  private:
    std::unique_ptr<WorkerPool> thread_;
};

}  // namespace lambent::http
