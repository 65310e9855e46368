#include "triggers/queue/queue_parts.h"

#include "base/failpoint.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

// How the service's memory and its rows stay the same.
namespace lambent::triggers {
namespace {

// Numbers carry the time in their upper bits, so that a queue that was emptied before a restart
// goes on above what it has given out.
constexpr int kNumbersPerMsBits = 20;
constexpr std::chrono::seconds kReadBackEvery(1);
constexpr char kArnPrefix[] = "arn:aws:sqs:";
constexpr char kAccount[] = "000000000000";

}  // namespace

Error not_ready() {
    return Error(
        Code::kUnavailable, "queue", "The queue is being written or read back: try again."
    );
}

QueueShelf::QueueShelf(QueueRows::Queue of)
    : queue(std::move(of)), messages(rules_of(queue.description)) {}

void QueueShelf::wake_all() {
    for (boost::asio::steady_timer* const timer : waiting) {
        timer->cancel();
    }
}

void QueueShelf::wake_first(std::int64_t now_ms) {
    if (waiting.empty()) {
        return;
    }
    const bool there_is = messages.has_visible(now_ms);
    const auto next = messages.next_visible_ms();
    if (there_is || (next && *next < first_looks_ms)) {
        waiting.front()->cancel();
    }
}

QueueRules rules_of(const QueueDescription& description) {
    return {description.kind, description.settings.delay_s, description.settings.retention_s};
}

QueueService::Parts::Parts(
    boost::asio::any_io_executor loop,
    sql::Driver& on,
    const Clock& with,
    QueueServiceConfig as,
    Logger to
)
    : executor(loop),
      driver(on),
      clock(with),
      config(std::move(as)),
      log(std::move(to)),
      held(config.held_bytes_max),
      flows(loop, log) {}

std::int64_t QueueService::Parts::next_number() {
    last_number = std::max(last_number + 1, now_ms() << kNumbersPerMsBits);
    return last_number;
}

std::string QueueService::Parts::arn_of(const std::string& name) const {
    return kArnPrefix + config.region + ":" + kAccount + ":" + name;
}

ShelfPtr QueueService::Parts::find(const std::string& queue) const {
    std::string name = queue;
    if (queue.starts_with("arn:")) {
        const std::string prefix = arn_of("");
        if (!queue.starts_with(prefix)) {
            return nullptr;
        }
        name = queue.substr(prefix.size());
    }
    const auto found = shelves.find(name);
    return found == shelves.end() ? nullptr : found->second;
}

Result<ShelfPtr> QueueService::Parts::open(const std::string& queue) const {
    ShelfPtr shelf = find(queue);
    if (!shelf) {
        return Error(Code::kNotFound, "queue", "The specified queue does not exist.");
    }
    if (shelf->condition != QueueShelf::Condition::kOpen) {
        return not_ready();
    }
    return shelf;
}

Task<Result<void>> QueueService::Parts::write(sql::Work work) {
    co_return co_await driver.write(std::move(work));
}

Task<Result<void>> QueueService::Parts::commit(std::vector<ShelfPtr> touched, RowChanges changes) {
    const auto shared = std::make_shared<const RowChanges>(std::move(changes));  // the closure's
    sql::Work work = [shared](sql::Session& session) {
        return shared->apply(QueueRows{session});
    };
    failpoint("queue.change.begun");
    const Result<void> done = co_await driver.write(std::move(work));
    failpoint("queue.change.ended");
    if (done.has_error()) {
        log.error("queue_write_failed", {{"reason", done.error().message()}});
        for (const ShelfPtr& shelf : touched) {
            distrust(shelf);
        }
        co_return Error(Code::kUnavailable, "storage", done.error().message());
    }
    co_return done;
}

void QueueService::Parts::distrust(const ShelfPtr& shelf) {
    if (shelf->condition == QueueShelf::Condition::kOpen) {
        shelf->condition = QueueShelf::Condition::kStale;
        flows.spawn("queue_read_back", read_back(shelf));
    }
}

// By the writer, behind everything that was handed to it before.
Task<> QueueService::Parts::read_back(ShelfPtr shelf) {
    const std::int64_t number = shelf->queue.number;
    const std::int64_t now = now_ms();
    while (!stopped && shelf->condition == QueueShelf::Condition::kStale) {
        struct Stored {
            std::vector<QueuedMessage> messages;
            std::vector<QueueRows::Duplicate> duplicates;
        };
        const auto stored = std::make_shared<Stored>();  // the closure's and ours
        sql::Work work = [stored, number, now](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(stored->messages, QueueRows{session}.messages_of(number));
            LAMBENT_TRY(stored->duplicates, QueueRows{session}.duplicates(now));
            return {};
        };
        const Result<void> done = co_await driver.write(std::move(work));
        if (done.has_error()) {
            co_await pause(kReadBackEvery);
            continue;
        }
        shelf->messages = MessageQueue(rules_of(shelf->queue.description));
        shelf->duplicates = Duplicates();
        for (QueuedMessage& message : stored->messages) {
            shelf->messages.add(std::move(message), now_ms());
        }
        for (QueueRows::Duplicate& duplicate : stored->duplicates) {
            if (duplicate.queue == number) {
                shelf->duplicates.add(std::move(duplicate.key), std::move(duplicate.original));
            }
        }
        if (shelf->condition == QueueShelf::Condition::kStale) {
            shelf->condition = QueueShelf::Condition::kOpen;
        }
    }
    shelf->wake_all();
}

Task<> QueueService::Parts::pause(std::chrono::seconds time) {
    if (stopped) {
        co_return;
    }
    boost::asio::steady_timer timer(executor, time);
    const auto place = pausing.insert(pausing.end(), &timer);
    boost::system::error_code woken;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    pausing.erase(place);
}

}  // namespace lambent::triggers
