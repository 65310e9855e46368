#pragma once

#include "app/cli/client/lambda_api.h"

#include <cstdint>
#include <string>

namespace lambent::cli {

// A function's memory size while it is measured. What it was comes back with `restore`, and with
// the destructor when nobody asked for it: a measurement that fails or is interrupted leaves the
// function as it found it.
class MemorySetting {
  public:
    MemorySetting(LambdaApi& lambda, std::string function, std::uint32_t memory_mb)
        : lambda_(lambda), function_(std::move(function)), own_mb_(memory_mb), now_mb_(memory_mb) {}
    ~MemorySetting();
    MemorySetting(const MemorySetting&) = delete;
    MemorySetting& operator=(const MemorySetting&) = delete;

    std::uint32_t own_mb() const { return own_mb_; }
    // Returns when the function is ready to be called at that size.
    Result<void> set(std::uint32_t memory_mb);
    Result<void> restore() { return set(own_mb_); }

  private:
    LambdaApi& lambda_;
    std::string function_;
    std::uint32_t own_mb_;
    std::uint32_t now_mb_;
};

}  // namespace lambent::cli
