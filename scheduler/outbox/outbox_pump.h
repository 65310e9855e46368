#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/logger.h"
#include "scheduler/outbox/delivery_policy.h"
#include "scheduler/outbox/outbox_rows.h"
#include "scheduler/outbox/sql_outbox.h"
#include "scheduler/pump/due_pump.h"
#include "scheduler/targets.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace lambent::scheduler {

// Numbers since the start of the daemon.
struct OutboxCounters {
    std::uint64_t attempts = 0;
    std::uint64_t delivered = 0;
    std::uint64_t dead_letters = 0;  // given up and handed to their dead-letter queue
    std::uint64_t dropped = 0;       // given up without one, or that queue would not have them
};

// Sends the messages of an outbox to their targets, target after target in turn. An attempt is
// counted on disk before it begins; one that fails is repeated as decide_delivery says; a message
// that is given up becomes a message to its dead-letter queue in the same transaction. Messages of
// one group to one target go one after the other, in their order. What a target could not take
// after `pause` has cost no attempt, and is due in the next life. Owned by the composition root;
// event loop's thread only; `stop` is awaited before it is destroyed.
class OutboxPump final : private DueRows {
  public:
    OutboxPump(
        boost::asio::any_io_executor executor,
        SqlOutbox& outbox,
        Targets& targets,
        const Clock& clock,
        std::function<double()> jitter,  // random numbers from 0 up to 1
        Logger log,
        Backlog::Limits limits = {}
    );

    void start();
    void pause();  // takes up nothing more; deliveries that run go on
    Task<> stop();

    const OutboxCounters& counters() const { return counters_; }
    std::size_t in_flight() const { return pump_.in_flight(); }
    // Looks again what is due. For tests that move the clock by hand.
    void tick() { pump_.tick(); }

  private:
    using Entry = OutboxRows::Entry;

    Result<Waiting> recover(sql::Session& session, std::int64_t now_ms) override;
    Result<Taken> claim(
        sql::Session& session, const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms
    ) override;
    Task<> deliver(Entry entry);
    Task<Result<void>> send(TargetMessage message);
    Task<> forget(const Entry& entry);
    Task<> settle_failure(const Entry& entry, Error error);
    Task<> give_back(const Entry& entry);
    Task<> give_up(const Entry& entry, Error error, DeliveryVerdict verdict);
    DeliveryDecision decide(const Entry& entry, const Error& error);
    void let_next_go(const Entry& entry);
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

    SqlOutbox& outbox_;
    Targets& targets_;
    const Clock& clock_;
    std::function<double()> jitter_;
    Logger log_;
    OutboxCounters counters_;
    DuePump pump_;
};

}  // namespace lambent::scheduler
