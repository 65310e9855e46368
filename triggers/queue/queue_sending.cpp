#include "base/files/content_hash.h"
#include "base/ids.h"
#include "triggers/queue/queue_parts.h"
#include "triggers/queue/queue_rules.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::int64_t kSecond = 1'000;
constexpr char kAccountSender[] = "000000000000";

std::string key_of(const QueueSettings& settings, const NewMessage& message) {
    if (settings.deduplication_scope == DeduplicationScope::kMessageGroup) {
        return "group " + message.group_id + " " + message.deduplication_id;
    }
    return "queue " + message.deduplication_id;
}

// By which a message is known again, if anything says so.
std::vector<std::string> keys_of(const QueueDescription& queue, const NewMessage& message) {
    std::vector<std::string> keys;
    if (queue.kind == QueueKind::kFifo) {
        keys.push_back(key_of(queue.settings, message));
    }
    if (!message.idempotence_key.empty()) {
        keys.push_back("once " + message.idempotence_key);
    }
    return keys;
}

SentMessage sent_as(QueueKind kind, std::string id, std::int64_t number) {
    return {std::move(id), kind == QueueKind::kFifo ? sequence_number_of(number) : ""};
}

Error too_long(std::uint64_t bytes) {
    return Error(
        Code::kTooLarge,
        "batch",
        "Batch requests cannot be longer than " + std::to_string(kMessageBytesMax) +
            " bytes. You have sent " + std::to_string(bytes) + " bytes."
    );
}

}  // namespace

Result<SentMessage> QueueService::Parts::accept(
    const ShelfPtr& shelf, NewMessage message, RowChanges& changes
) {
    const QueueDescription& queue = shelf->queue.description;
    LAMBENT_TRY(check_message(queue.kind, queue.settings, message));
    const std::int64_t now = now_ms();
    if (queue.kind == QueueKind::kFifo && message.deduplication_id.empty()) {
        message.deduplication_id = to_hex(digest(HashKind::kSha256, message.body));
    }
    const std::vector<std::string> keys = keys_of(queue, message);
    for (const std::string& key : keys) {
        if (auto original = shelf->duplicates.find(key, now)) {
            return sent_as(queue.kind, std::move(original->message_id), original->number);
        }
    }
    QueuedMessage queued;
    queued.number = next_number();
    queued.row = queued.number;
    queued.id = random_uuid();
    queued.sent_ms = now;
    queued.visible_ms = now + message.delay_s.value_or(queue.settings.delay_s) * kSecond;
    queued.group_id = message.group_id;
    for (const std::string& key : keys) {
        const Duplicates::Original original{
            queued.id, queued.number, now + Duplicates::kRememberedMs};
        shelf->duplicates.add(key, original);
        changes.remembered.push_back({shelf->queue.number, key, original});
    }
    MessageContentPtr content = held.count(
        {std::move(message.body),
         std::move(message.attributes),
         message.sender_id.empty() ? kAccountSender : std::move(message.sender_id),
         std::move(message.deduplication_id),
         std::move(message.trace_header)}
    );
    queued.content_apart = stands_apart(*content);
    queued.content = held.is_full() ? nullptr : content;
    changes.inserted.push_back({shelf->queue.number, queued, std::move(content)});
    SentMessage sent = sent_as(queue.kind, queued.id, queued.number);
    shelf->messages.add(std::move(queued), now);
    return sent;
}

Task<Result<std::vector<Result<SentMessage>>>> QueueService::send_batch(
    std::string queue, std::vector<NewMessage> messages
) {
    LAMBENT_CO_TRY(const ShelfPtr shelf, parts_->open(queue));
    std::uint64_t bytes = 0;
    for (const NewMessage& message : messages) {
        bytes += bytes_of(message.body, message.attributes);
    }
    if (messages.size() > 1 && bytes > kMessageBytesMax) {
        co_return too_long(bytes);
    }
    RowChanges changes;
    std::vector<Result<SentMessage>> results;
    std::size_t accepted = 0;
    for (NewMessage& message : messages) {
        results.push_back(parts_->accept(shelf, std::move(message), changes));
        accepted += results.back().has_value() ? 1 : 0;
    }
    if (accepted > 0) {
        const bool has_known = changes.inserted.size() < accepted;
        shelf->wake_first(parts_->now_ms());
        // Also when all are known already: the first of their kind may still be on its way to disk.
        std::vector<ShelfPtr> touched{shelf};
        LAMBENT_CO_TRY(co_await parts_->commit(std::move(touched), std::move(changes)));
        if (has_known && shelf->condition != QueueShelf::Condition::kOpen) {
            co_return not_ready();  // it may be the first that the disk refused
        }
    }
    co_return results;
}

Task<Result<SentMessage>> QueueService::send(std::string queue, NewMessage message) {
    std::vector<NewMessage> one;
    one.push_back(std::move(message));
    LAMBENT_CO_TRY(auto results, co_await send_batch(std::move(queue), std::move(one)));
    co_return std::move(results.front());
}

Task<Result<void>> QueueService::send(scheduler::TargetMessage message) {
    NewMessage fresh;
    fresh.body = std::move(message.body);
    for (auto& [name, value] : message.attributes) {
        fresh.attributes.emplace(name, MessageAttribute{"String", std::move(value)});
    }
    for (auto& [name, value] : message.number_attributes) {
        fresh.attributes.emplace(name, MessageAttribute{"Number", std::move(value)});
    }
    for (auto& [name, other] : message.other_attributes) {
        MessageAttribute attribute{std::move(other.type), std::move(other.value)};
        fresh.attributes.emplace(name, std::move(attribute));
    }
    fresh.group_id = std::move(message.group_id);
    fresh.deduplication_id = std::move(message.deduplication_id);
    const bool is_fifo = kind_of(message.target_arn) == QueueKind::kFifo;
    if (is_fifo && fresh.deduplication_id.empty()) {
        fresh.deduplication_id = to_hex(digest(HashKind::kSha256, message.id));
    }
    fresh.trace_header = std::move(message.trace_header);
    fresh.idempotence_key = std::move(message.id);
    std::string queue = std::move(message.target_arn);
    LAMBENT_CO_TRY(co_await send(std::move(queue), std::move(fresh)));
    co_return Result<void>();
}

}  // namespace lambent::triggers
