#pragma once

#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace lambent {

struct FetchLimits {
    std::size_t bytes_max = 150'000;
    std::chrono::milliseconds time_max{1'500};
};

// A document from elsewhere, by GET over http or https; no redirect is followed, since nobody has
// said where to. Blocks: for a worker. kUnavailable, kTooLarge.
Result<std::string> fetch(const std::string& url, const FetchLimits& limits);

}  // namespace lambent
