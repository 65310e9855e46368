#include "scheduler/outbox/outbox_pump.h"

#include "base/failpoint.h"
#include "scheduler/outbox/dead_letter.h"

#include <string>
#include <utility>

namespace lambent::scheduler {
namespace asio = boost::asio;
namespace {

constexpr PumpNames kOutboxNames{
    "outbox",
    "outbox.recover.begun",
    "outbox.recover.committed",
    "outbox.claim.begun",
    "outbox.claim.committed",
};

}  // namespace

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
      log_(log),
      pump_(
          std::move(executor), outbox.driver(), *this, clock, std::move(log), kOutboxNames, limits
      ) {
    LAMBENT_ASSERT(limits.wait_max_ms >= kRedeliveryWaitMax.count());
}

void OutboxPump::start() {
    outbox_.listen([this](const std::string& target, std::int64_t due_ms) {
        pump_.expect(target, due_ms);
    });
    pump_.start();
}

void OutboxPump::pause() {
    outbox_.listen(nullptr);
    pump_.pause();
}

Task<> OutboxPump::stop() {
    pause();
    co_await pump_.stop();
}

Result<DueRows::Waiting> OutboxPump::recover(sql::Session& session, std::int64_t now_ms) {
    return OutboxRows{session}.recover(now_ms);
}

Result<DueRows::Taken> OutboxPump::claim(
    sql::Session& session, const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms
) {
    LAMBENT_TRY(OutboxRows::Taken rows, OutboxRows{session}.claim(claim, now_ms, wait_max_ms));
    Taken taken;
    taken.next_due_ms = rows.next_due_ms;
    for (Entry& entry : rows.entries) {
        taken.jobs.emplace_back([this, entry = std::move(entry)]() mutable {
            return deliver(std::move(entry));
        });
    }
    return taken;
}

// --- One delivery

Task<> OutboxPump::deliver(Entry entry) {
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
    const bool written = co_await pump_.write(std::move(work));
    failpoint("outbox.done.committed");
    if (written) {
        let_next_go(entry);
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

// What the daemon's own stop has cut short is not the target's failure.
Task<> OutboxPump::give_back(const Entry& entry) {
    sql::Work work = [id = entry.message.id, now = now_ms()](sql::Session& session) {
        return OutboxRows{session}.give_back(id, now);
    };
    co_await pump_.write(std::move(work));
}

Task<> OutboxPump::settle_failure(const Entry& entry, Error error) {
    if (pump_.is_paused() && error.code() == Code::kUnavailable) {
        co_await give_back(entry);
        co_return;
    }
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
    const bool written = co_await pump_.write(std::move(work));
    failpoint("outbox.retry.committed");
    if (written) {
        pump_.expect(entry.message.target_arn, due_ms);
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
    const bool written = co_await pump_.write(std::move(work));
    failpoint("outbox.dead_letter.committed");
    if (written) {
        let_next_go(entry);
        outbox_.wake();
    }
}

void OutboxPump::let_next_go(const Entry& entry) {
    if (!entry.message.group_id.empty()) {
        pump_.expect(entry.message.target_arn, now_ms());
    }
}

}  // namespace lambent::scheduler
