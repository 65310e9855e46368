#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/queue/duplicates.h"
#include "triggers/queue/message_content.h"
#include "triggers/queue/message_queue.h"
#include "triggers/queue/move_task.h"
#include "triggers/queue/queue.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lambent::triggers {

// The tables of queues, inside one transaction. A message is a row, with its content in it when
// that is small and beside it when it is large, because each delivery writes the row again.
struct QueueRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    struct Queue {
        std::int64_t number = 0;
        QueueDescription description;
        QueueTags tags;
    };
    Result<std::vector<Queue>> queues();
    Result<void> put(const Queue& queue);  // replaces the one with that number
    // With its messages and what it remembers of duplicates.
    Result<void> remove_queue(std::int64_t queue);
    Result<void> remove_messages_of(std::int64_t queue);

    // Without contents, in order of places.
    Result<std::vector<std::pair<std::int64_t, QueuedMessage>>> messages();
    Result<std::vector<QueuedMessage>> messages_of(std::int64_t queue);
    // Of one that is gone meanwhile there is none.
    Result<MessageContentPtr> content(const QueuedMessage& message);
    Result<void> insert(
        std::int64_t queue, const QueuedMessage& message, const MessageContent& content
    );
    // kConflict "message" when there is no such row: what was thought to be stored is not.
    Result<void> update_delivery(const QueuedMessage& message);
    Result<void> move(std::int64_t to_queue, const QueuedMessage& message);
    Result<void> remove(const QueuedMessage& message);

    struct Duplicate {
        std::int64_t queue = 0;
        std::string key;
        Duplicates::Original original;
    };
    Result<std::vector<Duplicate>> duplicates(std::int64_t now_ms);  // the oldest first
    Result<void> insert(const Duplicate& duplicate);
    Result<void> forget_duplicates(std::int64_t now_ms);

    Result<std::vector<MoveTask>> move_tasks();  // the earliest first
    Result<void> put(const MoveTask& task);

    struct All {
        std::vector<Queue> queues;
        std::vector<std::pair<std::int64_t, QueuedMessage>> messages;  // each with its queue
        std::vector<Duplicate> duplicates;
        std::vector<MoveTask> tasks;
    };
    Result<All> read_all(std::int64_t now_ms);
};

// Whether a content stands beside its message's row.
bool stands_apart(const MessageContent& content);

}  // namespace lambent::triggers
