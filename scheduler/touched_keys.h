#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace lambent::scheduler {

// Whose rows were written within transactions of others: a wake-up may come before the transaction
// of another one has been committed, so a key stays here for more wake-ups than one group commit
// brings. Thread-safe: rows are written on the writing connection's thread.
class TouchedKeys {
  public:
    void add(const std::string& key);
    std::vector<std::string> to_wake();
    std::uint64_t count() const;  // of `add`s

  private:
    static constexpr std::uint64_t kWakeUpsKept = 2'048;

    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::uint64_t> keys_;  // -> number of the wake-up before
    std::uint64_t wake_ups_ = 0;
    std::uint64_t added_ = 0;
};

}  // namespace lambent::scheduler
