#include "base/ids.h"
#include "triggers/sources/poller.h"

#include <algorithm>
#include <map>
#include <set>

// What becomes of the batches that a poller has received.
namespace lambent::triggers {
namespace {

// What of the batch is in one of these chains, and what comes behind it in its group.
Batch take_chains(Batch& batch, const std::set<std::string>& chains) {
    std::set<std::string> groups;
    const auto stays = [&](const BatchItem& item) {
        if (!chains.contains(item.trace_header) && !groups.contains(item.group_id)) {
            return true;
        }
        if (!item.group_id.empty()) {
            groups.insert(item.group_id);
        }
        return false;
    };
    Batch taken;
    taken.received = batch.received;
    std::vector<BatchItem> left;
    for (BatchItem& item : batch.items) {
        (stays(item) ? left : taken.items).push_back(std::move(item));
    }
    batch.items = std::move(left);
    return taken;
}

bool may_come_later(const Error& error) {
    return error.code() == Code::kThrottled || error.code() == Code::kUnavailable;
}

}  // namespace

bool Poller::is_saturated() const {
    const bool more = queue_active_ || !ready_.empty() || collector_.has_complete(now());
    return in_flight_ >= scaling_.limit() && more;
}

void Poller::begin_batches() {
    scaling_.observe(is_saturated(), now());
    if (now() < scaling_.resume_at()) {
        return;
    }
    while (in_flight_ < scaling_.limit()) {
        auto batch = next_batch(now());
        if (!batch) {
            return;
        }
        Running running(in_flight_);
        ports_.batches.spawn(
            "source_batch", process(shared_from_this(), std::move(*batch), std::move(running))
        );
    }
}

// Those that were refused before others come first.
std::optional<Batch> Poller::next_batch(SteadyTime now) {
    while (auto batch = take_delayed(now)) {
        if (may_begin_at(*batch, now)) {
            return batch;
        }
        give_up(*batch, "it was throttled for too long");
    }
    while (auto batch = take_fresh(now)) {
        if (is_held_at(*batch, now)) {
            return batch;
        }
        give_up(*batch, "it waited until its messages were visible again");
    }
    return std::nullopt;
}

std::optional<Batch> Poller::take_delayed(SteadyTime now) {
    const auto due = std::find_if(delayed_.begin(), delayed_.end(), [&](const Delayed& delayed) {
        return delayed.due <= now;
    });
    if (due == delayed_.end()) {
        return std::nullopt;
    }
    Batch batch = std::move(due->batch);
    delayed_.erase(due);
    return batch;
}

std::optional<Batch> Poller::take_fresh(SteadyTime now) {
    if (!ready_.empty()) {
        Batch batch = std::move(ready_.front());
        ready_.pop_front();
        return batch;
    }
    return collector_.take(now);
}

Task<> Poller::process(std::shared_ptr<Poller> self, Batch batch, Running running) {
    {
        const Running counted = std::move(running);
        co_await self->try_batch(std::move(batch));
    }
    self->tick();
}

Task<> Poller::try_batch(Batch batch) {
    std::string trace = leave_loops(batch);
    if (batch.items.empty()) {
        co_return;
    }
    auto result = co_await invoke(batch, std::move(trace));
    if (result.has_error()) {
        Error error = result.error();
        co_await not_admitted(std::move(batch), std::move(error));
        co_return;
    }
    scaling_.admitted();
    co_await answered(std::move(batch), std::move(*result));
}

// Messages whose chain would loop are left to their queue. The chain that the rest goes on with.
std::string Poller::leave_loops(Batch& batch) {
    std::map<std::string, std::optional<std::string>> next;
    std::set<std::string> loops;
    for (const BatchItem& item : batch.items) {
        const auto [known, is_new] = next.try_emplace(item.trace_header);
        if (is_new) {
            known->second = ports_.next_in_chain(item.trace_header, settings_.function);
        }
        if (!known->second) {
            loops.insert(item.trace_header);
        }
    }
    if (!loops.empty()) {
        give_up(take_chains(batch, loops), "their function runs in a loop");
    }
    const auto first =
        std::find_if(batch.items.begin(), batch.items.end(), [](const BatchItem& item) {
            return !item.trace_header.empty();
        });
    if (batch.items.empty()) {
        return {};
    }
    return *next.at(first == batch.items.end() ? "" : first->trace_header);
}

Task<Result<scheduler::InvocationResult>> Poller::invoke(const Batch& batch, std::string trace) {
    scheduler::Invocation invocation;
    invocation.function = settings_.function;
    invocation.request_id = random_uuid();
    invocation.trace_id = std::move(trace);
    invocation.payload = ports_.writer.event(batch);
    try {
        co_return co_await ports_.invoker.invoke(std::move(invocation));
    } catch (const std::exception& e) {
        co_return Error(Code::kInternal, e.what());
    }
}

// A throttled batch is tried again for as long as its messages stay invisible; then the queue
// decides what becomes of them.
Task<> Poller::not_admitted(Batch batch, Error error) {
    if (halted_) {
        co_await let_go(std::move(batch.items));
        co_return;
    }
    scaling_.throttled(now());
    const SteadyTime due = scaling_.resume_at();
    if (may_come_later(error) && may_begin_at(batch, due)) {
        delayed_.push_back(Delayed{std::move(batch), due});
        co_return;
    }
    give_up(batch, error.message());
}

// Its messages become visible again by themselves.
void Poller::give_up(const Batch& batch, const std::string& reason) {
    log_.warn("source_batch_given_up", {{"messages", batch.items.size()}, {"reason", reason}});
}

bool Poller::may_begin_at(const Batch& batch, SteadyTime when) const {
    const auto between = ends();
    return between &&
           when + between->timeout <= batch.received + visibility_of(settings_.window, *between);
}

bool Poller::is_held_at(const Batch& batch, SteadyTime when) const {
    const auto between = ends();
    return between && when < batch.received + visibility_of(settings_.window, *between);
}

Task<> Poller::answered(Batch batch, scheduler::InvocationResult result) {
    if (result.outcome.kind != runtime::OutcomeKind::kSuccess) {
        log_.debug(
            "source_batch_failed",
            {{"messages", batch.items.size()}, {"error", result.outcome.error_type}}
        );
        co_return;
    }
    PartialResponse response;
    if (settings_.reports_failures) {
        response = PartialResponse::read(result.outcome.payload, batch);
    }
    const auto source = ports_.source.find(settings_.source_arn);
    const BatchOrder order = source && source->is_fifo ? BatchOrder::kByGroup : BatchOrder::kFree;
    std::vector<std::string> done = handles_done(batch, response, order);
    co_await remove(std::move(done));
}

}  // namespace lambent::triggers
