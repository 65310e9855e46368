#pragma once

#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "scheduler/find_function.h"
#include "scheduler/invocation.h"
#include "scheduler/lineage.h"
#include "triggers/sources/batch_collector.h"
#include "triggers/sources/event_source_mapping.h"
#include "triggers/sources/mapping_rules.h"
#include "triggers/sources/message_filter.h"
#include "triggers/sources/message_source.h"
#include "triggers/sources/partial_response.h"
#include "triggers/sources/poller_scaling.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::triggers {

// Everything a poller works with; all of it outlives the poller.
struct PollerPorts {
    MessageSource& source;
    scheduler::Invoker& invoker;
    scheduler::FindFunction find_function;
    scheduler::NextInChain next_in_chain;
    const BatchEventWriter& writer;
    const Clock& clock;
    TaskScope& batches;  // flows of batches that are being processed
};

// Reads one mapping's queue and invokes its function with what it finds, batch by batch. A message
// is deleted only after the function was done with it; what fails, or is cut by the end of the
// daemon, becomes visible again by itself, and so the queue's redrive policy sees each delivery.
// Owned by its mapping and, until they end, by its batches; event loop's thread only; `halt` is
// awaited before it is let go.
class Poller final : public std::enable_shared_from_this<Poller> {
  public:
    Poller(
        const boost::asio::any_io_executor& executor,
        PollerPorts ports,
        MappingSettings settings,
        Logger log
    );

    void start();
    // Holds for what is received from now on.
    void change(MappingSettings settings);
    // Receives nothing more; what no function has seen is let go. Batches that run go on.
    void ask_to_halt();
    Task<> halt();

    std::size_t in_flight() const { return in_flight_; }
    std::uint32_t limit() const { return scaling_.limit(); }
    // Looks again what there is to do. For tests that move the clock by hand.
    void tick();

  private:
    // A batch that was throttled, and until when it makes sense to begin it.
    struct Delayed {
        Batch batch;
        SteadyTime due;
    };
    // Counts what runs, for as long as it lives.
    class Running {
      public:
        explicit Running(std::size_t& count, std::size_t by = 1) : count_(&count), by_(by) {
            *count_ += by_;
        }
        ~Running() {
            if (count_ != nullptr) {
                *count_ -= by_;
            }
        }
        Running(Running&& other) noexcept
            : count_(std::exchange(other.count_, nullptr)), by_(other.by_) {}
        Running& operator=(Running&&) = delete;

      private:
        std::size_t* count_;
        std::size_t by_;
    };
    struct Sorted {
        std::vector<BatchItem> wanted;
        std::vector<std::string> unwanted;  // receipt handles
    };

    Task<> run();
    Task<> sleep();
    std::chrono::nanoseconds time_to_sleep() const;

    void begin_receives();
    std::size_t room(const SourceFacts& source) const;
    Task<> receive(ReceiveOptions options, bool is_fifo, Running receiving, Running asked);
    Task<> take_in(std::vector<ReceivedMessage> messages, bool is_fifo);
    Sorted sort(const std::vector<ReceivedMessage>& messages) const;
    std::vector<BatchItem> keep_together(std::vector<BatchItem> items, SteadyTime now);

    void begin_batches();
    bool is_saturated() const;
    std::optional<Batch> next_batch(SteadyTime now);
    std::optional<Batch> take_delayed(SteadyTime now);
    std::optional<Batch> take_fresh(SteadyTime now);
    static Task<> process(std::shared_ptr<Poller> self, Batch batch, Running running);
    Task<> try_batch(Batch batch);
    std::string leave_loops(Batch& batch);
    Task<Result<scheduler::InvocationResult>> invoke(const Batch& batch, std::string trace);
    Task<> not_admitted(Batch batch, Error error);
    void give_up(const Batch& batch, const std::string& reason);
    Task<> answered(Batch batch, scheduler::InvocationResult result);
    Task<> remove(std::vector<std::string> handles);
    Task<> let_go(std::vector<BatchItem> items);
    std::vector<BatchItem> untouched();
    // Whether the function can be done with it before its messages are visible again.
    bool may_begin_at(const Batch& batch, SteadyTime when) const;
    // Whether its messages are still invisible to others.
    bool is_held_at(const Batch& batch, SteadyTime when) const;
    std::optional<MappingEnds> ends() const;
    SteadyTime now() const { return ports_.clock.steady_now(); }

    PollerPorts ports_;
    MappingSettings settings_;
    MessageFilter filter_;
    Logger log_;
    BatchCollector collector_;
    PollerScaling scaling_;
    std::vector<Delayed> delayed_;
    std::deque<Batch> ready_;  // of FIFO queues, where what one receive brought stays together
    std::size_t in_flight_ = 0;
    std::size_t receiving_ = 0;
    std::size_t asked_for_ = 0;  // messages, by receives under way
    bool queue_active_ = false;  // the last receive brought something
    bool halted_ = false;
    bool has_news_ = false;  // since `run` looked last
    boost::asio::steady_timer wake_;
    TaskScope polling_;
};

}  // namespace lambent::triggers
