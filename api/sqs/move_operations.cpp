#include "api/sqs/operations.h"
#include "api/sqs/sqs_errors.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <optional>

// Redrive of dead letter queues.
namespace lambent::api::sqs {
namespace {

using nlohmann::json;
using triggers::MoveTask;

constexpr std::int64_t kTasksListedMax = 10;

const char* status_of(const MoveTask& task) {
    switch (task.status) {
        case MoveTask::Status::kRunning:
            return "RUNNING";
        case MoveTask::Status::kCompleted:
            return "COMPLETED";
        case MoveTask::Status::kCancelled:
            return "CANCELLED";
        case MoveTask::Status::kFailed:
            return "FAILED";
    }
    return "FAILED";
}

json task_json(const MoveTask& task) {
    json shown{
        {"SourceArn", task.source_arn},
        {"Status", status_of(task)},
        {"ApproximateNumberOfMessagesMoved", task.moved},
        {"ApproximateNumberOfMessagesToMove", task.to_move},
        {"StartedTimestamp", task.started_ms}};
    if (task.status == MoveTask::Status::kRunning) {
        shown["TaskHandle"] = task.handle;
    }
    if (!task.destination_arn.empty()) {
        shown["DestinationArn"] = task.destination_arn;
    }
    if (task.per_second) {
        shown["MaxNumberOfMessagesPerSecond"] = *task.per_second;
    }
    if (!task.failure.empty()) {
        shown["FailureReason"] = task.failure;
    }
    return shown;
}

}  // namespace

Served start_message_move_task(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    auto source = fields.text("SourceArn");
    std::string destination = fields.text("DestinationArn").value_or("");
    const auto rate = fields.number("MaxNumberOfMessagesPerSecond");
    if (!source) {
        co_return missing_parameter("SourceArn");
    }
    std::optional<std::uint32_t> per_second;
    if (rate) {
        // What is out of all bounds is refused as 0 is.
        per_second = *rate < 0 || *rate > 1'000'000 ? 0 : static_cast<std::uint32_t>(*rate);
    }
    const auto started =
        co_await call.queues.start_move(std::move(*source), std::move(destination), per_second);
    if (started.has_error()) {
        co_return from_error(started.error());
    }
    co_return json{{"TaskHandle", started->handle}};
}

Served list_message_move_tasks(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    const auto source = fields.text("SourceArn");
    const std::int64_t limit = fields.number("MaxResults").value_or(1);
    if (!source) {
        co_return missing_parameter("SourceArn");
    }
    if (limit < 1 || limit > kTasksListedMax) {
        co_return invalid_parameter(
            "Value " + std::to_string(limit) +
            " for parameter MaxResults is invalid. Reason: Must be an integer between 1 and 10."
        );
    }
    const auto tasks = call.queues.moves(*source);
    if (tasks.has_error()) {
        co_return from_error(tasks.error());
    }
    json listed = json::array();
    for (const MoveTask& task : *tasks) {
        if (listed.size() < static_cast<std::size_t>(limit)) {
            listed.push_back(task_json(task));
        }
    }
    co_return json{{"Results", std::move(listed)}};
}

Served cancel_message_move_task(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    auto handle = fields.text("TaskHandle");
    if (!handle) {
        co_return missing_parameter("TaskHandle");
    }
    const auto cancelled = co_await call.queues.cancel_move(std::move(*handle));
    if (cancelled.has_error()) {
        co_return from_error(cancelled.error());
    }
    co_return json{{"ApproximateNumberOfMessagesMoved", cancelled->moved}};
}

}  // namespace lambent::api::sqs
