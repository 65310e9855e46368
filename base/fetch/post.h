#pragma once

#include "base/fetch/reach.h"
#include "base/result.h"

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace lambent {

struct HttpPost {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    Reach reach = Reach::kPublic;
    std::chrono::milliseconds time_max{15'000};
    const std::atomic<bool>* is_cut = nullptr;  // once it is true the post ends, unanswered
};

// Sends it over http or https; the status that came back, whichever. What the address's name
// resolves to is judged when the connection is made, so that no name can lead elsewhere than where
// it was looked up. No redirect is followed and no proxy used; the status counts as soon as it has
// come, and of what else the answer says 64 KiB are taken off the line at most.
// Blocks: for a worker. kUnauthorised for an address that is out of reach, kUnavailable when nobody
// answered, kInvalidArgument for what is no address or header.
Result<unsigned> post(const HttpPost& what);

}  // namespace lambent
