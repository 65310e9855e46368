#pragma once

#include "base/fetch/reach.h"
#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace lambent {

struct FetchLimits {
    std::size_t bytes_max = 150'000;
    std::chrono::milliseconds time_max{1'500};
    Reach reach = Reach::kPublic;
};

// A document from elsewhere, by GET over http or https; no redirect is followed, since nobody has
// said where to. The address is judged when the connection is made, as for a post. Blocks: for a
// worker. kUnavailable, kTooLarge; kUnauthorised, subject "address", for one that is out of reach.
Result<std::string> fetch(const std::string& url, const FetchLimits& limits);

}  // namespace lambent
