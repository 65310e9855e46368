#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lambent::triggers {

// The way of a dead letter queue's messages back to where they came from, or elsewhere.
struct MoveTask {
    enum class Status { kRunning, kCompleted, kCancelled, kFailed };

    std::string handle;  // opaque
    std::string source_arn;
    std::string destination_arn;  // empty: each message to the queue that it came from
    std::optional<std::uint32_t> per_second;
    Status status = Status::kRunning;
    std::uint64_t moved = 0;    // so far
    std::uint64_t to_move = 0;  // when it started, about
    std::int64_t started_ms = 0;
    std::string failure;  // of kFailed
};

}  // namespace lambent::triggers
