#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lambent::triggers {

// What receives of a FIFO queue got that may be repeated, because their answer may be lost: for
// five minutes each, in memory. Pure: the caller brings the time.
class ReceiveAttempts {
  public:
    static constexpr std::int64_t kRememberedMs = 300'000;

    struct Delivery {
        std::int64_t number = 0;     // of the message
        std::uint32_t delivery = 0;  // of that message
    };
    using Deliveries = std::vector<Delivery>;

    // Empty when there was no such attempt.
    Deliveries find(const std::string& id, std::int64_t now_ms);
    void add(const std::string& id, Deliveries deliveries, std::int64_t now_ms);

  private:
    std::unordered_map<std::string, std::pair<std::int64_t, Deliveries>> attempts_;  // until_ms
    std::deque<std::pair<std::int64_t, std::string>> ends_;  // until_ms, id; the earliest first
};

}  // namespace lambent::triggers
