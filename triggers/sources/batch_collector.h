#pragma once

#include "triggers/sources/batch.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace lambent::triggers {

// Makes batches of what a queue gives: one is complete when it has all the messages or bytes that
// it may have, or when its window is over, which begins with its first message. Without a window,
// what one receive brought is not waited on. Pure: the caller brings the time.
class BatchCollector {
  public:
    struct Limits {
        std::size_t size_max = 10;
        std::chrono::seconds window{0};
        // Lambda's limit on an event, records and what stands around them.
        std::uint64_t bytes_max = 6ULL << 20;
    };

    explicit BatchCollector(Limits limits) : limits_(limits) {}

    // Holds for what is added from now on; what waits for more waits no longer.
    void change(Limits limits);

    void add(BatchItem item, SteadyTime now);
    // All that one receive brought has been added.
    void receive_ended();

    // The next complete batch.
    std::optional<Batch> take(SteadyTime now);
    bool has_complete(SteadyTime now) const;
    // When what is being collected becomes a batch by itself.
    std::optional<SteadyTime> due() const;
    // Messages that wait for more.
    std::size_t collecting() const { return open_.items.size(); }
    // Everything that no batch has taken.
    std::vector<BatchItem> clear();

  private:
    void complete();

    Limits limits_;
    std::deque<Batch> complete_;
    Batch open_;
    std::uint64_t open_bytes_ = 0;
};

}  // namespace lambent::triggers
