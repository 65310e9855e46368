#pragma once

#include "base/result.h"
#include "triggers/queue/queue_rows.h"

#include <cstdint>
#include <vector>

namespace lambent::triggers {

// What a call has changed in memory and must still write: gathered first, then applied in one
// transaction, possibly by another thread.
struct RowChanges {
    struct Insertion {
        std::int64_t queue = 0;
        QueuedMessage message;
        MessageContentPtr content;
    };
    struct Move {
        std::int64_t to_queue = 0;
        QueuedMessage message;
    };
    std::vector<Insertion> inserted;
    std::vector<QueueRows::Duplicate> remembered;
    std::vector<QueuedMessage> delivered;  // or whose visibility was changed
    std::vector<Move> moved;
    std::vector<QueuedMessage> removed;
    std::vector<MoveTask> tasks;

    Result<void> apply(QueueRows rows) const;
};

}  // namespace lambent::triggers
