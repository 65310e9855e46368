#include "base/ids.h"
#include "triggers/queue/queue_parts.h"
#include "triggers/queue/queue_rules.h"

#include <algorithm>
#include <utility>

// Redrive: messages of a dead letter queue go back.
namespace lambent::triggers {
namespace {

constexpr std::size_t kMovesListed = 10;
constexpr std::uint32_t kMovesPerSecondMax = 500;
constexpr std::chrono::seconds kMoveEvery(1);
constexpr char kNoSuchQueue[] = "AWS.SimpleQueueService.NonExistentQueue";

Error no_resource(const std::string& parameter) {
    return Error(
        Code::kNotFound,
        "resource",
        "The resource that you specified for the " + parameter + " parameter doesn't exist."
    );
}

// A new message in the queue that it comes to.
QueuedMessage renewed(QueuedMessage message, std::int64_t number, std::int64_t now_ms) {
    message.number = number;
    message.id = random_uuid();
    message.sent_ms = now_ms;
    message.visible_ms = now_ms;
    message.first_received_ms = 0;
    message.receives = 0;
    message.receives_here = 0;
    message.source_arn.clear();
    return message;
}

void fail(MoveTask& task, const char* why) {
    task.failure = why;
    task.status = MoveTask::Status::kFailed;
}

}  // namespace

MoveTask* QueueService::Parts::find_task(const std::string& handle) {
    const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const MoveTask& task) {
        return task.handle == handle;
    });
    return found == tasks.end() ? nullptr : &*found;
}

Task<Result<void>> QueueService::Parts::store(MoveTask task) {
    RowChanges changes;
    changes.tasks.push_back(std::move(task));
    std::vector<ShelfPtr> none;
    co_return co_await commit(std::move(none), std::move(changes));
}

Result<void> QueueService::Parts::check_move(
    const std::string& source_arn,
    const std::string& destination_arn,
    const std::optional<std::uint32_t>& per_second
) const {
    if (!find(source_arn)) {
        return no_resource("SourceArn");
    }
    if (!destination_arn.empty() && !find(destination_arn)) {
        return no_resource("DestinationArn");
    }
    const auto names_source = [&](const auto& entry) {
        const auto& redrive = entry.second->settings().redrive;
        return redrive && redrive->dead_letter_arn == source_arn;
    };
    if (std::none_of(shelves.begin(), shelves.end(), names_source)) {
        return Error(
            Code::kInvalidArgument,
            "SourceArn",
            "Source queue must be configured as a Dead Letter Queue."
        );
    }
    if (per_second && (*per_second < 1 || *per_second > kMovesPerSecondMax)) {
        return invalid_value(
            std::to_string(*per_second),
            "MaxNumberOfMessagesPerSecond",
            "MaxNumberOfMessagesPerSecond must be an integer between 1 and 500."
        );
    }
    const auto runs_already = [&](const MoveTask& task) {
        return task.source_arn == source_arn && task.status == MoveTask::Status::kRunning;
    };
    if (std::any_of(tasks.begin(), tasks.end(), runs_already)) {
        return Error(
            Code::kInvalidArgument,
            "SourceArn",
            "There is already a task running. Only one active task is allowed for a source queue "
            "arn at a given time."
        );
    }
    return {};
}

Task<Result<MoveTask>> QueueService::start_move(
    std::string source_arn, std::string destination_arn, std::optional<std::uint32_t> per_second
) {
    Parts& parts = *parts_;
    LAMBENT_CO_TRY(parts.check_move(source_arn, destination_arn, per_second));
    const ShelfPtr source = parts.find(source_arn);
    MoveTask task;
    task.handle = random_hex(16);
    task.source_arn = source->arn();
    task.destination_arn = std::move(destination_arn);
    task.per_second = per_second;
    task.to_move = source->messages.counts(parts.now_ms()).visible;
    task.started_ms = parts.now_ms();
    parts.tasks.push_back(task);
    const Result<void> done = co_await parts.store(task);
    if (done.has_error()) {
        std::erase_if(parts.tasks, [&](const MoveTask& one) { return one.handle == task.handle; });
        co_return done.error();
    }
    parts.flows.spawn("queue_move", parts.run_move(task.handle));
    co_return task;
}

Result<std::vector<MoveTask>> QueueService::moves(const std::string& source_arn) const {
    if (!parts_->find(source_arn)) {
        return no_resource("SourceArn");
    }
    std::vector<MoveTask> found;
    for (auto at = parts_->tasks.rbegin(); at != parts_->tasks.rend(); ++at) {
        if (at->source_arn == source_arn && found.size() < kMovesListed) {
            found.push_back(*at);
        }
    }
    return found;
}

Task<Result<MoveTask>> QueueService::cancel_move(std::string handle) {
    MoveTask* const task = parts_->find_task(handle);
    if (task == nullptr) {
        co_return Error(Code::kNotFound, "resource", "Task does not exist.");
    }
    if (task->status != MoveTask::Status::kRunning) {
        co_return Error(
            Code::kConflict, "task_over", "Only active message movement tasks can be cancelled."
        );
    }
    task->status = MoveTask::Status::kCancelled;
    const MoveTask cancelled = *task;
    LAMBENT_CO_TRY(co_await parts_->store(cancelled));
    co_return cancelled;
}

Task<> QueueService::Parts::run_move(std::string handle) {
    bool goes_on = true;
    while (goes_on && !stopped) {
        goes_on = co_await move_some(handle);
        if (goes_on) {
            co_await pause(kMoveEvery);
        }
    }
}

// One second's messages; whether there is more to do.
Task<bool> QueueService::Parts::move_some(std::string handle) {
    MoveTask* const task = find_task(handle);
    if (task == nullptr || task->status != MoveTask::Status::kRunning) {
        co_return false;
    }
    const MoveTask before = *task;
    RowChanges changes;
    std::vector<ShelfPtr> touched;
    const ShelfPtr source = find(task->source_arn);
    if (!source) {
        fail(*task, kNoSuchQueue);
    } else if (source->condition == QueueShelf::Condition::kStale) {
        co_return true;
    } else {
        touched.push_back(source);
        move_from(*source, *task, changes, touched);
    }
    changes.tasks.push_back(*task);
    const bool goes_on = task->status == MoveTask::Status::kRunning;
    const Result<void> done = co_await commit(std::move(touched), std::move(changes));
    if (done.has_error()) {
        if (MoveTask* const now = find_task(handle)) {
            *now = before;
        }
        co_return true;
    }
    co_return goes_on;
}

void QueueService::Parts::move_from(
    QueueShelf& source, MoveTask& task, RowChanges& changes, std::vector<ShelfPtr>& touched
) {
    const std::int64_t now = now_ms();
    const std::uint32_t count = task.per_second.value_or(kMovesPerSecondMax);
    std::vector<QueuedMessage> messages = source.messages.take_away(count, now);
    for (QueuedMessage& message : messages) {
        const bool back = task.destination_arn.empty();
        const ShelfPtr target = find(back ? message.source_arn : task.destination_arn);
        if (!target || target->condition != QueueShelf::Condition::kOpen) {
            fail(task, back ? "CouldNotDetermineMessageSource" : kNoSuchQueue);
            source.messages.add(std::move(message), now);
            continue;
        }
        message = renewed(std::move(message), next_number(), now);
        changes.moved.push_back({target->queue.number, message});
        target->messages.add(std::move(message), now);
        target->wake_first(now);
        touched.push_back(target);
        task.moved += 1;
    }
    if (task.status == MoveTask::Status::kRunning && !source.messages.has_visible(now)) {
        task.status = MoveTask::Status::kCompleted;
    }
}

}  // namespace lambent::triggers
