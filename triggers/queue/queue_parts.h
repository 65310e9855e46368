#pragma once

#include "triggers/queue/duplicates.h"
#include "triggers/queue/message_content.h"
#include "triggers/queue/message_queue.h"
#include "triggers/queue/queue_service.h"
#include "triggers/queue/receive_attempts.h"
#include "triggers/queue/row_changes.h"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lambent::triggers {

// One queue in memory: what is said of it, its messages, and who waits for one.
struct QueueShelf {
    enum class Condition {
        kNew,  // its row is not on disk yet
        kOpen,
        kStale,  // the disk refused something that memory believed: it is being read back
        kGone,
    };

    QueueShelf(QueueRows::Queue queue);

    QueueRows::Queue queue;
    MessageQueue messages;
    Duplicates duplicates;
    ReceiveAttempts attempts;
    std::list<boost::asio::steady_timer*> waiting;  // of receives, the longest first
    std::int64_t first_looks_ms = 0;                // when the first of them looks by itself
    Condition condition = Condition::kOpen;
    std::int64_t purged_ms = 0;

    const std::string& arn() const { return queue.description.arn; }
    const QueueSettings& settings() const { return queue.description.settings; }
    void wake_all();
    // Wakes the receive that waits longest, if there is a message for it, or will be before it
    // looks. The one behind it looks as soon as it has gone.
    void wake_first(std::int64_t now_ms);
};
// Owned by the service; by flows as well while they work on a queue, which may go meanwhile.
using ShelfPtr = std::shared_ptr<QueueShelf>;

QueueRules rules_of(const QueueDescription& description);
Error not_ready();  // what a queue answers that is not open

// The inside of QueueService. Memory is changed first and at once, so that calls see each other in
// their order; then the rows, in the same order, by one writer; and only then is a call answered.
// When rows cannot be written, what is in memory is given up and read back.
struct QueueService::Parts {
    Parts(
        boost::asio::any_io_executor loop,
        sql::Driver& on,
        const Clock& with,
        QueueServiceConfig as,
        Logger to
    );

    std::int64_t now_ms() const { return unix_ms(clock.wall_now()); }
    // Of messages and queues: grows, also over restarts.
    std::int64_t next_number();
    std::string arn_of(const std::string& name) const;

    ShelfPtr find(const std::string& queue) const;  // by name or ARN; or null
    Result<ShelfPtr> open(const std::string& queue) const;

    Task<Result<void>> write(sql::Work work);
    Task<Result<void>> commit(std::vector<ShelfPtr> touched, RowChanges changes);
    void distrust(const ShelfPtr& shelf);
    Task<> read_back(ShelfPtr shelf);
    Result<void> check_redrive(
        const std::string& arn, QueueKind kind, const QueueSettings& settings
    ) const;

    // Queues.
    void fill(QueueRows::All stored);
    Result<void> check_new(const std::string& name, const QueueSettings& settings) const;
    Task<Result<QueueDescription>> create_again(ShelfPtr known, QueueSettings settings);

    // Sending.
    Result<SentMessage> accept(const ShelfPtr& shelf, NewMessage message, RowChanges& changes);
    void enqueue(QueueShelf& shelf, QueuedMessage message);

    // Receiving. `changes` gets what was delivered and what went to the dead letter queue.
    std::vector<QueuedMessage> take(
        const ShelfPtr& shelf,
        const ReceiveOptions& options,
        RowChanges& changes,
        std::vector<ShelfPtr>& touched
    );
    // What the same attempt got before, as far as it is still in flight.
    std::vector<QueuedMessage> take_again(QueueShelf& shelf, const ReceiveOptions& options) const;
    ShelfPtr dead_letters_of(const QueueShelf& shelf) const;
    void bury(const QueueShelf& from, QueueShelf& to, QueuedMessage message, RowChanges& changes);
    Task<Result<std::vector<ReceivedMessage>>> with_contents(
        ShelfPtr shelf, std::vector<QueuedMessage> messages
    );

    // By time.
    Task<> run();
    Task<> tick();
    Task<> expire(ShelfPtr shelf);
    Task<> pause(std::chrono::seconds time);  // ends early on stop
    Task<> run_move(std::string handle);
    Task<bool> move_some(std::string handle);  // whether there is more to do
    void move_from(
        QueueShelf& source, MoveTask& task, RowChanges& changes, std::vector<ShelfPtr>& touched
    );
    Result<void> check_move(
        const std::string& source_arn,
        const std::string& destination_arn,
        const std::optional<std::uint32_t>& per_second
    ) const;
    MoveTask* find_task(const std::string& handle);
    Task<Result<void>> store(MoveTask task);

    boost::asio::any_io_executor executor;
    sql::Driver& driver;
    const Clock& clock;
    QueueServiceConfig config;
    Logger log;
    HeldContents held;
    std::map<std::string, ShelfPtr> shelves;         // by name
    std::map<std::string, std::int64_t> deleted_ms;  // by name
    std::vector<MoveTask> tasks;                     // the earliest first
    std::list<boost::asio::steady_timer*> pausing;
    std::int64_t last_number = 0;
    std::int64_t forgot_ms = 0;
    bool stopped = false;
    TaskScope flows;
};

}  // namespace lambent::triggers
