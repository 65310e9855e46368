#include "app/daemon/queue_message_source.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lambent::app {
namespace {

using Handles = std::vector<std::string>;

// Takes as many from the front as one call of a queue may name.
Handles next_batch(Handles& handles) {
    const auto count = std::min(handles.size(), triggers::kBatchMax);
    const auto end = handles.begin() + static_cast<std::ptrdiff_t>(count);
    Handles batch(std::make_move_iterator(handles.begin()), std::make_move_iterator(end));
    handles.erase(handles.begin(), end);
    return batch;
}

}  // namespace

std::optional<triggers::SourceFacts> QueueMessageSource::find(const std::string& arn) const {
    const auto queue = queues_.find(arn);
    if (!queue) {
        return std::nullopt;
    }
    triggers::SourceFacts facts;
    facts.is_fifo = queue->kind == triggers::QueueKind::kFifo;
    facts.visibility = std::chrono::seconds(queue->settings.visibility_s);
    return facts;
}

Task<Result<std::vector<triggers::ReceivedMessage>>> QueueMessageSource::receive(
    std::string arn, triggers::ReceiveOptions options
) {
    return queues_.receive(std::move(arn), std::move(options));
}

Task<Result<void>> QueueMessageSource::remove(std::string arn, Handles handles) {
    Result<void> outcome;
    while (!handles.empty()) {
        Handles batch = next_batch(handles);
        std::string queue = arn;
        const auto removed = co_await queues_.remove_batch(std::move(queue), std::move(batch));
        if (removed.has_error()) {
            outcome = removed.error();
        }
    }
    co_return outcome;
}

Task<Result<void>> QueueMessageSource::let_go(std::string arn, Handles handles) {
    Result<void> outcome;
    while (!handles.empty()) {
        std::vector<triggers::QueueService::VisibilityChange> changes;
        for (std::string& handle : next_batch(handles)) {
            triggers::QueueService::VisibilityChange now;
            now.receipt_handle = std::move(handle);
            changes.push_back(std::move(now));
        }
        std::string queue = arn;
        const auto changed =
            co_await queues_.change_visibility_batch(std::move(queue), std::move(changes));
        if (changed.has_error()) {
            outcome = changed.error();
        }
    }
    co_return outcome;
}

}  // namespace lambent::app
