#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace lambent::triggers {

// What a queue remembers of messages that must not be taken twice, for five minutes each. Pure: the
// caller brings the time.
class Duplicates {
  public:
    static constexpr std::int64_t kRememberedMs = 300'000;
    // A clock that was set back by more than so much makes what it said before count no longer.
    static constexpr std::int64_t kSetBackMs = 60'000;

    struct Original {
        std::string message_id;
        std::int64_t number = 0;  // of the message: its sequence number
        std::int64_t until_ms = 0;
    };
    std::optional<Original> find(const std::string& key, std::int64_t now_ms);
    // With until_ms no earlier than those that were added before.
    void add(std::string key, Original original);
    std::size_t size() const { return originals_.size(); }

  private:
    void forget(std::int64_t now_ms);

    std::unordered_map<std::string, Original> originals_;
    std::deque<std::pair<std::int64_t, std::string>> ends_;  // until_ms, key; the earliest first
};

}  // namespace lambent::triggers
