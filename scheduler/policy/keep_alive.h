#pragma once

#include "base/result.h"
#include "scheduler/policy/idle_policy.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace lambent::scheduler {

// Every idle environment is kept this long: what AWS Lambda is seen to do, by minutes.
struct FixedKeepAlive {
    std::chrono::milliseconds keep{std::chrono::minutes(10)};
};

// Idle environments are kept while together they fit this memory; the least recently used goes.
struct LruKeepAlive {
    std::uint64_t idle_memory_max_mb = 2'048;
};

// The hybrid histogram policy; HybridPolicy explains it.
struct HybridKeepAlive {
    std::chrono::minutes range{240};
};

// Which policy, with its numbers.
using KeepAlive = std::variant<FixedKeepAlive, LruKeepAlive, HybridKeepAlive>;

// "fixed:600" (seconds), "lru:2GB" (or MB), "hybrid" or "hybrid:240" (the histogram's minutes).
// kInvalidArgument with a sentence for people otherwise.
Result<KeepAlive> parse_keep_alive(std::string_view text);
// What parse_keep_alive reads back as the same.
std::string to_string(const KeepAlive& keep_alive);

std::unique_ptr<IdlePolicy> make_idle_policy(const KeepAlive& keep_alive);

}  // namespace lambent::scheduler
