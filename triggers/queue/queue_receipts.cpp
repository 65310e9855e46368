#include "triggers/queue/queue_parts.h"
#include "triggers/queue/queue_rules.h"
#include "triggers/queue/receipt_handle.h"

#include <algorithm>
#include <utility>

// What a receiver does with a delivery: ends it, or changes how long it lasts.
namespace lambent::triggers {
namespace {

Error unknown_handle() {
    return Error(Code::kInvalidArgument, "receipt_handle", "The input receipt handle is invalid.");
}

Result<ReceiptHandle> handle_for(const QueueShelf& shelf, const std::string& text) {
    const std::optional<ReceiptHandle> handle = ReceiptHandle::decode(text);
    if (!handle || handle->queue != shelf.queue.number) {
        return unknown_handle();
    }
    return *handle;
}

Result<void> remove_one(
    QueueShelf& shelf, const std::string& text, std::int64_t now_ms, RowChanges& changes
) {
    LAMBENT_TRY(const ReceiptHandle handle, handle_for(shelf, text));
    auto removed = shelf.messages.remove(handle.message, handle.delivery, now_ms);
    switch (removed.removal) {
        case MessageQueue::Removal::kRemoved:
            changes.removed.push_back(std::move(removed.message));
            return {};
        case MessageQueue::Removal::kNotThis:
            return {};
        case MessageQueue::Removal::kExpired:
            return invalid_value(text, "ReceiptHandle", "The receipt handle has expired.");
    }
    LAMBENT_ASSERT(false);
}

Result<void> change_one(
    QueueShelf& shelf,
    const QueueService::VisibilityChange& wanted,
    std::int64_t now_ms,
    RowChanges& changes
) {
    if (wanted.visibility_s > kVisibilityMaxSeconds) {
        return invalid_value(
            std::to_string(wanted.visibility_s),
            "VisibilityTimeout",
            "VisibilityTimeout must be an integer between 0 and 43200"
        );
    }
    LAMBENT_TRY(const ReceiptHandle handle, handle_for(shelf, wanted.receipt_handle));
    auto changed = shelf.messages.change_visibility(
        handle.message, handle.delivery, wanted.visibility_s, now_ms
    );
    switch (changed.change) {
        case MessageQueue::VisibilityChange::kChanged:
            changes.delivered.push_back(std::move(changed.message));
            return {};
        case MessageQueue::VisibilityChange::kNotThis:
            return invalid_value(
                wanted.receipt_handle,
                "ReceiptHandle",
                "Message does not exist or is not available for visibility timeout change."
            );
        case MessageQueue::VisibilityChange::kNotInFlight:
            return Error(
                Code::kConflict, "not_in_flight", "The specified message isn't in flight."
            );
    }
    LAMBENT_ASSERT(false);
}

bool any_good(const std::vector<Result<void>>& results) {
    return std::any_of(results.begin(), results.end(), [](const Result<void>& result) {
        return result.has_value();
    });
}

}  // namespace

Task<Result<std::vector<Result<void>>>> QueueService::remove_batch(
    std::string queue, std::vector<std::string> receipt_handles
) {
    LAMBENT_CO_TRY(const ShelfPtr shelf, parts_->open(queue));
    const std::int64_t now = parts_->now_ms();
    RowChanges changes;
    std::vector<Result<void>> results;
    for (const std::string& handle : receipt_handles) {
        results.push_back(remove_one(*shelf, handle, now, changes));
    }
    shelf->wake_first(now);  // a FIFO group may have been waiting for this
    if (any_good(results)) {
        // Also when there was nothing to remove: a removal before may be on its way to disk.
        std::vector<ShelfPtr> touched{shelf};
        LAMBENT_CO_TRY(co_await parts_->commit(std::move(touched), std::move(changes)));
    }
    co_return results;
}

Task<Result<void>> QueueService::remove_message(std::string queue, std::string receipt_handle) {
    std::vector<std::string> one;
    one.push_back(std::move(receipt_handle));
    LAMBENT_CO_TRY(auto results, co_await remove_batch(std::move(queue), std::move(one)));
    co_return std::move(results.front());
}

Task<Result<std::vector<Result<void>>>> QueueService::change_visibility_batch(
    std::string queue, std::vector<VisibilityChange> changes
) {
    LAMBENT_CO_TRY(const ShelfPtr shelf, parts_->open(queue));
    const std::int64_t now = parts_->now_ms();
    RowChanges rows;
    std::vector<Result<void>> results;
    for (const VisibilityChange& change : changes) {
        results.push_back(change_one(*shelf, change, now, rows));
    }
    if (any_good(results)) {
        shelf->wake_first(now);
        std::vector<ShelfPtr> touched{shelf};
        LAMBENT_CO_TRY(co_await parts_->commit(std::move(touched), std::move(rows)));
    }
    co_return results;
}

Task<Result<void>> QueueService::change_visibility(std::string queue, VisibilityChange change) {
    std::vector<VisibilityChange> one;
    one.push_back(std::move(change));
    LAMBENT_CO_TRY(
        auto results, co_await change_visibility_batch(std::move(queue), std::move(one))
    );
    co_return std::move(results.front());
}

}  // namespace lambent::triggers
