#include "triggers/queue/row_changes.h"

namespace lambent::triggers {

Result<void> RowChanges::apply(QueueRows rows) const {
    for (const Insertion& insertion : inserted) {
        LAMBENT_TRY(rows.insert(insertion.queue, insertion.message, *insertion.content));
    }
    for (const QueueRows::Duplicate& duplicate : remembered) {
        LAMBENT_TRY(rows.insert(duplicate));
    }
    for (const QueuedMessage& message : delivered) {
        LAMBENT_TRY(rows.update_delivery(message));
    }
    for (const Move& move : moved) {
        LAMBENT_TRY(rows.move(move.to_queue, move.message));
    }
    for (const QueuedMessage& message : removed) {
        LAMBENT_TRY(rows.remove(message));
    }
    for (const MoveTask& task : tasks) {
        LAMBENT_TRY(rows.put(task));
    }
    return {};
}

}  // namespace lambent::triggers
