#include "triggers/queue/queue_parts.h"
#include "triggers/queue/queue_rules.h"
#include "triggers/queue/receipt_handle.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace lambent::triggers {
namespace {

namespace asio = boost::asio;

// A receive's place among those that wait, for as long as it has taken nothing. The first of them
// also looks when the next message becomes visible by itself; who becomes the first looks at once.
class WaitingPlace {
  public:
    WaitingPlace(ShelfPtr shelf, const asio::any_io_executor& executor)
        : shelf_(std::move(shelf)),
          timer_(executor),
          at_(shelf_->waiting.insert(shelf_->waiting.end(), &timer_)) {}
    ~WaitingPlace() {
        const bool was_first = is_first();
        shelf_->waiting.erase(at_);
        if (was_first && !shelf_->waiting.empty()) {
            shelf_->waiting.front()->cancel();
        }
    }
    WaitingPlace(const WaitingPlace&) = delete;
    WaitingPlace& operator=(const WaitingPlace&) = delete;

    // Until it is woken; throws when the flow is cancelled.
    Task<> wait(std::chrono::nanoseconds longest, std::int64_t now_ms) {
        const std::chrono::nanoseconds time = is_first() ? until_next(longest, now_ms) : longest;
        timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(time));
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
    }

  private:
    bool is_first() const { return shelf_->waiting.begin() == at_; }

    std::chrono::nanoseconds until_next(std::chrono::nanoseconds longest, std::int64_t now_ms) {
        const std::int64_t next =
            shelf_->messages.next_visible_ms().value_or(std::numeric_limits<std::int64_t>::max());
        shelf_->first_looks_ms = next;
        const std::int64_t longest_ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
        if (next - now_ms >= longest_ms) {
            return longest;
        }
        return std::chrono::milliseconds(std::max<std::int64_t>(0, next - now_ms));
    }

    ShelfPtr shelf_;
    asio::steady_timer timer_;
    std::list<asio::steady_timer*>::iterator at_;
};

ReceivedMessage received_as(
    const QueueRows::Queue& queue, const QueuedMessage& message, const MessageContent& content
) {
    ReceivedMessage received;
    received.id = message.id;
    received.receipt_handle =
        ReceiptHandle{queue.number, message.number, message.receives}.encode();
    received.body = content.body;
    received.attributes = content.attributes;
    received.sent_ms = message.sent_ms;
    received.first_received_ms = message.first_received_ms;
    received.receive_count = message.receives;
    received.sender_id = content.sender_id;
    received.group_id = message.group_id;
    received.deduplication_id = content.deduplication_id;
    if (queue.description.kind == QueueKind::kFifo) {
        received.sequence_number = sequence_number_of(message.number);
    }
    received.trace_header = content.trace_header;
    received.dead_letter_source_arn = message.source_arn;
    return received;
}

Result<void> check_receive(const QueueShelf& shelf, const ReceiveOptions& options) {
    if (options.count_max < 1 || options.count_max > kBatchMax) {
        return invalid_value(
            std::to_string(options.count_max),
            "MaxNumberOfMessages",
            "Must be between 1 and 10, if provided."
        );
    }
    if (options.wait_s.value_or(0) > kWaitMaxSeconds) {
        return invalid_value(
            std::to_string(*options.wait_s),
            "WaitTimeSeconds",
            "Must be >= 0 and <= 20, if provided."
        );
    }
    if (options.visibility_s.value_or(0) > kVisibilityMaxSeconds) {
        return invalid_value(
            std::to_string(*options.visibility_s),
            "VisibilityTimeout",
            "Must be between 0 and 43200, if provided."
        );
    }
    if (!options.attempt_id.empty() && shelf.queue.description.kind != QueueKind::kFifo) {
        return invalid_value(
            options.attempt_id,
            "ReceiveRequestAttemptId",
            "The request includes a parameter that is not valid for this queue type."
        );
    }
    return {};
}

// A FIFO queue at its limit says nothing, and gives nothing.
Result<void> check_limit(const QueueShelf& shelf) {
    if (shelf.queue.description.kind == QueueKind::kStandard &&
        shelf.messages.in_flight() >= kInFlightMax) {
        return Error(Code::kConflict, "over_limit", "Too many messages in flight.");
    }
    return {};
}

ReceiveAttempts::Deliveries deliveries_of(const std::vector<QueuedMessage>& messages) {
    ReceiveAttempts::Deliveries deliveries;
    for (const QueuedMessage& message : messages) {
        deliveries.push_back({message.number, message.receives});
    }
    return deliveries;
}

}  // namespace

ShelfPtr QueueService::Parts::dead_letters_of(const QueueShelf& shelf) const {
    if (!shelf.settings().redrive) {
        return nullptr;
    }
    ShelfPtr found = find(shelf.settings().redrive->dead_letter_arn);
    const bool fits = found && found->condition == QueueShelf::Condition::kOpen &&
                      found.get() != &shelf &&
                      found->queue.description.kind == shelf.queue.description.kind;
    return fits ? found : nullptr;
}

// A standard queue's message keeps the time when it was sent, and so its age.
void QueueService::Parts::bury(
    const QueueShelf& from, QueueShelf& to, QueuedMessage message, RowChanges& changes
) {
    const std::int64_t now = now_ms();
    message.number = next_number();
    message.visible_ms = now;
    message.receives_here = 0;
    message.source_arn = from.arn();
    if (to.queue.description.kind == QueueKind::kFifo) {
        message.sent_ms = now;
    }
    changes.moved.push_back({to.queue.number, message});
    to.messages.add(std::move(message), now);
}

std::vector<QueuedMessage> QueueService::Parts::take_again(
    QueueShelf& shelf, const ReceiveOptions& options
) const {
    const std::int64_t now = now_ms();
    const std::uint32_t visibility_s = options.visibility_s.value_or(shelf.settings().visibility_s);
    std::vector<QueuedMessage> again;
    for (const auto& [number, delivery] : shelf.attempts.find(options.attempt_id, now)) {
        auto changed = shelf.messages.change_visibility(number, delivery, visibility_s, now);
        if (changed.change == MessageQueue::VisibilityChange::kChanged) {
            again.push_back(std::move(changed.message));
        }
    }
    return again;
}

std::vector<QueuedMessage> QueueService::Parts::take(
    const ShelfPtr& shelf,
    const ReceiveOptions& options,
    RowChanges& changes,
    std::vector<ShelfPtr>& touched
) {
    touched.push_back(shelf);
    if (!options.attempt_id.empty()) {
        changes.delivered = take_again(*shelf, options);
        if (!changes.delivered.empty()) {
            return changes.delivered;
        }
    }
    const std::int64_t now = now_ms();
    const ShelfPtr dead_letters = dead_letters_of(*shelf);
    MessageQueue::Take take;
    const std::size_t in_flight = std::min(shelf->messages.in_flight(), kInFlightMax);
    take.count_max = std::min(options.count_max, kInFlightMax - in_flight);
    take.visibility_s = options.visibility_s.value_or(shelf->settings().visibility_s);
    take.receives_max = dead_letters ? shelf->settings().redrive->receives_max : 0;
    MessageQueue::Taken taken = shelf->messages.take(take, now);
    if (!taken.given_up.empty()) {
        touched.push_back(dead_letters);
        for (QueuedMessage& message : taken.given_up) {
            bury(*shelf, *dead_letters, std::move(message), changes);
        }
        dead_letters->wake_first(now);
    }
    if (!options.attempt_id.empty() && !taken.delivered.empty()) {
        shelf->attempts.add(options.attempt_id, deliveries_of(taken.delivered), now);
    }
    changes.delivered = taken.delivered;
    return std::move(taken.delivered);
}

Task<Result<std::vector<ReceivedMessage>>> QueueService::receive(
    std::string queue, ReceiveOptions options
) {
    Parts& parts = *parts_;
    LAMBENT_CO_TRY(ShelfPtr shelf, parts.open(queue));
    LAMBENT_CO_TRY(check_receive(*shelf, options));
    const std::uint32_t wait_s = options.wait_s.value_or(shelf->settings().wait_s);
    const SteadyTime deadline = parts.clock.steady_now() + std::chrono::seconds(wait_s);
    std::optional<WaitingPlace> place;
    for (;;) {
        LAMBENT_CO_TRY(check_limit(*shelf));
        RowChanges changes;
        std::vector<ShelfPtr> touched;
        std::vector<QueuedMessage> taken = parts.take(shelf, options, changes, touched);
        if (!changes.delivered.empty() || !changes.moved.empty()) {
            place.reset();
            shelf->wake_first(parts.now_ms());
            LAMBENT_CO_TRY(co_await parts.commit(std::move(touched), std::move(changes)));
        }
        if (!taken.empty()) {
            co_return co_await parts.with_contents(std::move(shelf), std::move(taken));
        }
        const SteadyTime now = parts.clock.steady_now();
        if (parts.stopped || now >= deadline) {
            co_return std::vector<ReceivedMessage>();
        }
        if (!place) {
            place.emplace(shelf, parts.executor);
        }
        co_await place->wait(deadline - now, parts.now_ms());
        LAMBENT_CO_TRY(shelf, parts.open(queue));
    }
}

// Of those that went meanwhile, by a purge, nothing is said.
Task<Result<std::vector<ReceivedMessage>>> QueueService::Parts::with_contents(
    ShelfPtr shelf, std::vector<QueuedMessage> messages
) {
    const auto all = std::make_shared<std::vector<QueuedMessage>>(std::move(messages));
    const auto on_disk = [](const QueuedMessage& message) {
        return message.content == nullptr;
    };
    if (std::any_of(all->begin(), all->end(), on_disk)) {
        sql::Work work = [all](sql::Session& session) -> Result<void> {
            for (QueuedMessage& message : *all) {
                if (!message.content) {
                    LAMBENT_TRY(message.content, QueueRows{session}.content(message));
                }
            }
            return {};
        };
        LAMBENT_CO_TRY(co_await driver.read(std::move(work)));
    }
    std::vector<ReceivedMessage> received;
    for (const QueuedMessage& message : *all) {
        if (message.content) {
            received.push_back(received_as(shelf->queue, message, *message.content));
        }
    }
    co_return received;
}

}  // namespace lambent::triggers
