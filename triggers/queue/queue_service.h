#pragma once

#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/targets.h"
#include "triggers/queue/move_task.h"
#include "triggers/queue/queue.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

struct QueueServiceConfig {
    std::string region = "us-east-1";
    // Bodies that are kept in memory as well; of what is more, the disk is asked at each receive.
    std::uint64_t held_bytes_max = 64ULL << 20;
    std::chrono::seconds recreate_after{60};  // a name is free again so long after its deletion
    std::chrono::seconds purge_every{60};
};

// Queues with the semantics of SQS, durable in SQL: what a call has answered survives a power cut.
// A queue is named by its name or its ARN. Owned by the composition root; event loop's thread only;
// `stop` is awaited before it is destroyed. Flows may be cancelled: what a cancelled receive has
// taken becomes visible again when its visibility timeout is over.
//
// Errors, by code and subject: kNotFound "queue"; kInvalidArgument with the subject that SQS names
// ("DelaySeconds", "MessageGroupId", "ReceiptHandle"…); kTooLarge "message", "batch"; kConflict
// "queue_exists", "deleted_recently", "purge_in_progress", "not_in_flight", "over_limit";
// kUnavailable while the disk refuses: try again.
class QueueService {
  public:
    QueueService(
        boost::asio::any_io_executor executor,
        sql::Driver& driver,
        const Clock& clock,
        QueueServiceConfig config,
        Logger log
    );
    ~QueueService();
    QueueService(const QueueService&) = delete;
    QueueService& operator=(const QueueService&) = delete;
    static std::vector<sql::Migration> migrations();

    Task<Result<void>> load();  // once, before all others
    void start();               // move tasks, and what happens by time
    // Receives that wait end with nothing, new ones do not wait.
    Task<> stop();

    // --- Queues

    // The kind follows from the name. One that exists with equal settings is not an error.
    Task<Result<QueueDescription>> create(std::string name, QueueSettings settings, QueueTags tags);
    Task<Result<void>> remove(std::string queue);
    std::optional<QueueDescription> find(const std::string& queue) const;
    std::vector<QueueDescription> list(const std::string& name_prefix) const;  // by name
    // Whose redrive policy names `queue`; by name.
    std::vector<QueueDescription> sources_of(const std::string& queue) const;
    Result<QueueCounts> counts(const std::string& queue);
    Task<Result<void>> change_settings(std::string queue, QueueSettings settings);
    Result<QueueTags> tags(const std::string& queue) const;
    Task<Result<void>> change_tags(std::string queue, QueueTags tags);  // the new set
    // Every message that is there now goes; once in `purge_every`.
    Task<Result<void>> purge(std::string queue);
    std::string arn_of(const std::string& name) const;

    // --- Messages

    Task<Result<SentMessage>> send(std::string queue, NewMessage message);
    // One result for each message, in order; all in one transaction.
    Task<Result<std::vector<Result<SentMessage>>>> send_batch(
        std::string queue, std::vector<NewMessage> messages
    );
    // As a target of schedules, rules, topics…: `target_arn` names the queue.
    Task<Result<void>> send(scheduler::TargetMessage message);

    // Waits until there is a message, is woken when one arrives, and returns what is there then, or
    // nothing when the time is over.
    Task<Result<std::vector<ReceivedMessage>>> receive(std::string queue, ReceiveOptions options);

    // A handle of an older delivery than the last is accepted and does nothing, as SQS has it.
    Task<Result<void>> remove_message(std::string queue, std::string receipt_handle);
    Task<Result<std::vector<Result<void>>>> remove_batch(
        std::string queue, std::vector<std::string> receipt_handles
    );
    struct VisibilityChange {
        std::string receipt_handle;
        std::uint32_t visibility_s = 0;  // from now; 0: visible at once
    };
    Task<Result<void>> change_visibility(std::string queue, VisibilityChange change);
    Task<Result<std::vector<Result<void>>>> change_visibility_batch(
        std::string queue, std::vector<VisibilityChange> changes
    );

    // --- Redrive from a dead letter queue

    // `destination_arn` empty: each message to the queue that it came from.
    Task<Result<MoveTask>> start_move(
        std::string source_arn, std::string destination_arn, std::optional<std::uint32_t> per_second
    );
    // The tasks of this source, the latest first, ten at most.
    Result<std::vector<MoveTask>> moves(const std::string& source_arn) const;
    Task<Result<MoveTask>> cancel_move(std::string handle);

    // Lets receives that wait look again, and does what is due by the clock; a flow of its own
    // calls it. For tests that move the clock.
    Task<> tick();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::triggers
