#include "triggers/queue/queue_parts.h"

#include <utility>

// What happens to queues by time alone.
namespace lambent::triggers {
namespace {

constexpr std::chrono::seconds kTickEvery(1);
constexpr std::int64_t kForgetEveryMs = 60'000;

}  // namespace

void QueueService::start() {
    parts_->flows.spawn("queue_time", parts_->run());
    for (const MoveTask& task : parts_->tasks) {
        if (task.status == MoveTask::Status::kRunning) {
            parts_->flows.spawn("queue_move", parts_->run_move(task.handle));
        }
    }
}

Task<> QueueService::stop() {
    parts_->stopped = true;
    for (const auto& [name, shelf] : parts_->shelves) {
        shelf->wake_all();
    }
    for (boost::asio::steady_timer* const timer : parts_->pausing) {
        timer->cancel();
    }
    co_await parts_->flows.join();
}

Task<> QueueService::tick() {
    co_await parts_->tick();
}

Task<> QueueService::Parts::run() {
    while (!stopped) {
        co_await tick();
        co_await pause(kTickEvery);
    }
}

Task<> QueueService::Parts::tick() {
    std::vector<ShelfPtr> all;
    for (const auto& [name, shelf] : shelves) {
        all.push_back(shelf);
    }
    for (const ShelfPtr& shelf : all) {
        if (shelf->condition == QueueShelf::Condition::kOpen) {
            co_await expire(shelf);
        }
    }
    const std::int64_t now = now_ms();
    std::erase_if(deleted_ms, [&](const auto& entry) {
        const std::chrono::milliseconds wait = config.recreate_after;
        return entry.second + wait.count() <= now;
    });
    if (now >= forgot_ms + kForgetEveryMs) {
        forgot_ms = now;
        sql::Work work = [now](sql::Session& session) {
            return QueueRows{session}.forget_duplicates(now);
        };
        const Result<void> done = co_await write(std::move(work));
        if (done.has_error()) {
            log.warn("queue_forget_failed", {{"reason", done.error().message()}});
        }
    }
}

Task<> QueueService::Parts::expire(ShelfPtr shelf) {
    RowChanges changes;
    changes.removed = shelf->messages.expire(now_ms());
    // Also for clocks that jumped, and for a receive's time that is over.
    if (!shelf->waiting.empty()) {
        shelf->waiting.front()->cancel();
    }
    if (!changes.removed.empty()) {
        std::vector<ShelfPtr> touched{std::move(shelf)};
        (void)co_await commit(std::move(touched), std::move(changes));  // logged there
    }
}

}  // namespace lambent::triggers
