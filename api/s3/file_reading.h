#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/result.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <memory>
#include <string>

namespace lambent::api::s3 {

// Part of an open file, read piece by piece on workers. Event loop's thread only.
class FileReading {
  public:
    FileReading(WorkerPool& workers, UniqueFd file, std::uint64_t offset, std::uint64_t length)
        : workers_(workers),
          file_(std::make_shared<UniqueFd>(std::move(file))),
          offset_(offset),
          left_(length) {}

    bool at_end() const { return left_ == 0; }
    Task<Result<std::string>> next();

  private:
    WorkerPool& workers_;
    std::shared_ptr<UniqueFd> file_;  // also held by the job that reads
    std::uint64_t offset_;
    std::uint64_t left_;
};

}  // namespace lambent::api::s3
