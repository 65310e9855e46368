#include "scheduler/outbox/outbox_pump.h"

#include "base/failpoint.h"
#include "scheduler/outbox/dead_letter.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>
#include <utility>

namespace lambent::scheduler {
namespace asio = boost::asio;

OutboxPump::OutboxPump(
    asio::any_io_executor executor,
    SqlOutbox& outbox,
    Targets& targets,
    const Clock& clock,
    std::function<double()> jitter,
    Logger log,
    Backlog::Limits limits
)
    : outbox_(outbox),
      targets_(targets),
      clock_(clock),
      jitter_(std::move(jitter)),
      log_(std::move(log)),
      limits_(limits),
      backlog_(limits),
      alarm_(executor, clock),
      flows_(executor, log_) {
    LAMBENT_ASSERT(limits.wait_max_ms >= kRedeliveryWaitMax.count());
}

void OutboxPump::start() {
    outbox_.listen([this](const std::string& target, std::int64_t due_ms) {
        backlog_.expect(target, due_ms);
        tick();
    });
    tick();
    flows_.spawn("outbox_pump", run());
}

void OutboxPump::pause() {
    paused_ = true;
    outbox_.listen(nullptr);
    tick();
}

Task<> OutboxPump::stop() {
    pause();
    co_await flows_.join();
}

// --- Taking up

Task<> OutboxPump::run() {
    co_await recover();
    while (!paused_) {
        const std::vector<EventClaim> claims = backlog_.next_claims(now_ms());
        if (claims.empty()) {
            co_await wait_until_due();
            continue;
        }
        Result<Taken> taken = co_await claim(claims);
        begin(claims, std::move(taken));
    }
}

Task<> OutboxPump::recover() {
    using Waiting = std::vector<std::pair<std::string, std::int64_t>>;
    const auto waiting = std::make_shared<Waiting>();  // the closure's and ours
    sql::Work work = [waiting, now = now_ms()](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*waiting, OutboxRows{session}.recover(now));
        return {};
    };
    failpoint("outbox.recover.begun");
    co_await write_surely(std::move(work));
    failpoint("outbox.recover.committed");
    for (const auto& [target, due_ms] : *waiting) {
        backlog_.expect(target, due_ms);
    }
}

Task<Result<OutboxPump::Taken>> OutboxPump::claim(std::vector<EventClaim> claims) {
    const auto taken = std::make_shared<Taken>();  // the closure's and ours
    const std::int64_t now = now_ms();
    sql::Work work = [taken, claims, now, wait_max_ms = limits_.wait_max_ms](sql::Session& session
                     ) -> Result<void> {
        taken->clear();
        for (const EventClaim& claim : claims) {
            LAMBENT_TRY(auto of_target, OutboxRows{session}.claim(claim, now, wait_max_ms));
            taken->push_back(std::move(of_target));
        }
        return {};
    };
    failpoint("outbox.claim.begun");
    LAMBENT_CO_TRY(co_await outbox_.driver().write(std::move(work)));
    failpoint("outbox.claim.committed");
    co_return std::move(*taken);
}

void OutboxPump::begin(const std::vector<EventClaim>& claims, Result<Taken> taken) {
    constexpr std::int64_t kAgainMs = 1'000;
    if (taken.has_error()) {
        log_.error("outbox_claim_failed", {{"reason", taken.error().message()}});
        for (const EventClaim& claim : claims) {
            backlog_.claimed(claim, 0, now_ms() + kAgainMs);
        }
        return;
    }
    for (std::size_t i = 0; i < claims.size(); ++i) {
        OutboxRows::Taken& of_target = taken->at(i);
        backlog_.claimed(claims[i], of_target.entries.size(), of_target.next_due_ms);
        for (Entry& entry : of_target.entries) {
            flows_.spawn("outbox_delivery", deliver(std::move(entry), TimeHold(clock_)));
        }
    }
}

Task<> OutboxPump::wait_until_due() {
    const auto due_ms = backlog_.next_due_ms(now_ms());
    co_await alarm_.wait_until(due_ms ? std::optional(from_unix_ms(*due_ms)) : std::nullopt);
}

// --- One delivery

// The hold ends with the flow, after the pump has been told.
Task<> OutboxPump::deliver(Entry entry, TimeHold /*hold*/) {
    const std::string target = entry.message.target_arn;
    if (now_ms() - entry.accepted_ms >= entry.rules.age_ms_max && entry.attempts > 1) {
        Error error(Code::kDeadline, "The message is too old.");
        co_await give_up(entry, std::move(error), DeliveryVerdict::kTooOld);
    } else {
        counters_.attempts += 1;
        TargetMessage message = entry.message;
        failpoint("outbox.send.begun");
        const Result<void> sent = co_await send(std::move(message));
        failpoint("outbox.send.ended");
        if (sent.has_value()) {
            counters_.delivered += 1;
            co_await forget(entry);
        } else {
            co_await settle_failure(entry, sent.error());
        }
    }
    backlog_.ended(target);
    tick();
}

Task<Result<void>> OutboxPump::send(TargetMessage message) {
    try {
        co_return co_await targets_.send(std::move(message));
    } catch (const std::exception& e) {
        co_return Error(Code::kInternal, e.what());
    }
}

Task<> OutboxPump::forget(const Entry& entry) {
    sql::Work work = [id = entry.message.id](sql::Session& session) {
        return OutboxRows{session}.remove(id);
    };
    failpoint("outbox.done.begun");
    co_await write_surely(std::move(work));
    failpoint("outbox.done.committed");
    if (!entry.message.group_id.empty()) {
        backlog_.expect(entry.message.target_arn, now_ms());
    }
}

DeliveryDecision OutboxPump::decide(const Entry& entry, const Error& error) {
    FailedDelivery failed;
    failed.code = error.code();
    failed.attempts = entry.attempts;
    failed.accepted_ms = entry.accepted_ms;
    failed.now_ms = now_ms();
    failed.retries_max = entry.rules.attempts_max;
    failed.age_ms_max = entry.rules.age_ms_max;
    failed.jitter = jitter_();
    return decide_delivery(failed);
}

Task<> OutboxPump::settle_failure(const Entry& entry, Error error) {
    const DeliveryDecision decision = decide(entry, error);
    if (decision.verdict != DeliveryVerdict::kRetry) {
        co_await give_up(entry, std::move(error), decision.verdict);
        co_return;
    }
    const std::int64_t due_ms = decision.due_ms;
    sql::Work work = [id = entry.message.id, due_ms](sql::Session& session) {
        return OutboxRows{session}.put_back(id, due_ms);
    };
    failpoint("outbox.retry.begun");
    co_await write_surely(std::move(work));
    failpoint("outbox.retry.committed");
    if (!paused_) {
        backlog_.expect(entry.message.target_arn, due_ms);
    }
}

Task<> OutboxPump::give_up(const Entry& entry, Error error, DeliveryVerdict verdict) {
    const bool has_queue = !entry.rules.dead_letter_arn.empty();
    log_.warn(
        has_queue ? "delivery_given_up" : "message_dropped",
        {{"target", entry.message.target_arn},
         {"message", entry.message.id},
         {"attempts", entry.attempts},
         {"reason", error.message()}}
    );
    (has_queue ? counters_.dead_letters : counters_.dropped) += 1;
    if (!has_queue) {
        co_await forget(entry);
        co_return;
    }
    const DeadLetter letter =
        dead_letter_of(entry.message, entry.rules, error, verdict, entry.attempts);
    sql::Work work = [this, id = entry.message.id, letter](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(OutboxRows{session}.remove(id));
        LAMBENT_TRY(outbox_.add_in(session, letter.message, letter.rules));
        failpoint("outbox.dead_letter.added");
        return {};
    };
    failpoint("outbox.dead_letter.begun");
    co_await write_surely(std::move(work));
    failpoint("outbox.dead_letter.committed");
    if (!entry.message.group_id.empty()) {
        backlog_.expect(entry.message.target_arn, now_ms());
    }
    outbox_.wake();
}

// A full queue of writes passes, and so does a full disk; anything else ends the process, and the
// message is due again.
Task<> OutboxPump::write_surely(sql::Work work) {
    constexpr std::chrono::milliseconds kPause{50};
    while (true) {
        const Result<void> written = co_await outbox_.driver().write(work);
        if (written.has_value()) {
            co_return;
        }
        log_.error("outbox_write_failed", {{"reason", written.error().message()}});
        const bool passes =
            written.error().code() == Code::kThrottled || written.error().subject() == "disk_full";
        if (!passes || paused_) {
            co_return;
        }
        asio::steady_timer pause(co_await asio::this_coro::executor, kPause);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

}  // namespace lambent::scheduler
