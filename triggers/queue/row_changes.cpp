#include "triggers/queue/row_changes.h"

#include "base/failpoint.h"

namespace lambent::triggers {

Result<void> RowChanges::apply(QueueRows rows) const {
    for (const Insertion& insertion : inserted) {
        LAMBENT_TRY(rows.insert(insertion.queue, insertion.message, *insertion.content));
        failpoint("queue.send.message_added");
    }
    for (const QueueRows::Duplicate& duplicate : remembered) {
        LAMBENT_TRY(rows.insert(duplicate));
        failpoint("queue.send.duplicate_noted");
    }
    for (const QueuedMessage& message : delivered) {
        LAMBENT_TRY(rows.update_delivery(message));
        failpoint("queue.receive.delivery_counted");
    }
    for (const Move& move : moved) {
        LAMBENT_TRY(rows.move(move.to_queue, move.message));
        failpoint("queue.dead_letter.moved");
    }
    for (const QueuedMessage& message : removed) {
        LAMBENT_TRY(rows.remove(message));
        failpoint("queue.delete.message_removed");
    }
    for (const MoveTask& task : tasks) {
        LAMBENT_TRY(rows.put(task));
    }
    return {};
}

}  // namespace lambent::triggers
