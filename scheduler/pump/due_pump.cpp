#include "scheduler/pump/due_pump.h"

#include "base/failpoint.h"
#include "base/sql/passing_error.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>

namespace lambent::scheduler {
namespace asio = boost::asio;

DuePump::DuePump(
    asio::any_io_executor executor,
    sql::Driver& driver,
    DueRows& rows,
    const Clock& clock,
    Logger log,
    PumpNames names,
    Backlog::Limits limits
)
    : driver_(driver),
      rows_(rows),
      clock_(clock),
      log_(std::move(log)),
      names_(names),
      limits_(limits),
      backlog_(limits),
      alarm_(executor, clock),
      flows_(executor, log_) {}

void DuePump::start() {
    tick();
    flows_.spawn(names_.pump, run());
}

void DuePump::pause() {
    paused_ = true;
    tick();
}

Task<> DuePump::stop() {
    pause();
    stopping_ = true;
    for (asio::steady_timer& waiting : pauses_) {
        waiting.cancel();
    }
    co_await flows_.join();
}

void DuePump::expect(const std::string& key, std::int64_t due_ms) {
    if (!paused_) {
        backlog_.expect(key, due_ms);
        tick();
    }
}

// --- Taking up

Task<> DuePump::run() {
    co_await recover();
    while (!paused_) {
        std::vector<DueClaim> claims;
        if (!failed_) {
            claims = backlog_.next_claims(now_ms());
        }
        if (claims.empty()) {
            co_await wait_until_due();
            continue;
        }
        Result<Taken> taken = co_await claim(claims);
        begin(claims, std::move(taken));
    }
}

Task<> DuePump::recover() {
    const auto waiting = std::make_shared<DueRows::Waiting>();  // the closure's and ours
    sql::Work work = [this, waiting, now = now_ms()](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*waiting, rows_.recover(session, now));
        return {};
    };
    failpoint(names_.recover_begun);
    if (!co_await write(std::move(work))) {
        co_return;
    }
    failpoint(names_.recover_committed);
    for (const auto& [key, due_ms] : *waiting) {
        expect(key, due_ms);
    }
}

Task<Result<DuePump::Taken>> DuePump::claim(std::vector<DueClaim> claims) {
    const auto taken = std::make_shared<Taken>();  // the closure's and ours
    const std::int64_t now = now_ms();
    sql::Work work = [this, taken, claims, now](sql::Session& session) -> Result<void> {
        taken->clear();
        for (const DueClaim& claim : claims) {
            LAMBENT_TRY(auto of_key, rows_.claim(session, claim, now, limits_.wait_max_ms));
            taken->push_back(std::move(of_key));
        }
        return {};
    };
    failpoint(names_.claim_begun);
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    failpoint(names_.claim_committed);
    co_return std::move(*taken);
}

void DuePump::begin(const std::vector<DueClaim>& claims, Result<Taken> taken) {
    constexpr std::int64_t kAgainMs = 1'000;
    if (taken.has_error()) {
        log_.error("claim_failed", {{"pump", names_.pump}, {"reason", taken.error().message()}});
        failed_ = failed_ || sql::has_failed_for_good(taken.error());
        for (const DueClaim& claim : claims) {
            backlog_.claimed(claim, 0, now_ms() + kAgainMs);
        }
        return;
    }
    for (std::size_t i = 0; i < claims.size(); ++i) {
        DueRows::Taken& of_key = taken->at(i);
        backlog_.claimed(claims[i], of_key.jobs.size(), of_key.next_due_ms);
        for (DueRows::Job& job : of_key.jobs) {
            flows_.spawn(names_.pump, do_job(claims[i].key, std::move(job), TimeHold(clock_)));
        }
    }
}

Task<> DuePump::wait_until_due() {
    std::optional<std::int64_t> due_ms;
    if (!failed_) {
        due_ms = backlog_.next_due_ms(now_ms());
    }
    co_await alarm_.wait_until(due_ms ? std::optional(from_unix_ms(*due_ms)) : std::nullopt);
}

// --- Jobs

// The hold ends with the flow, after the pump has been told.
Task<> DuePump::do_job(std::string key, DueRows::Job job, TimeHold /*hold*/) {
    try {
        co_await job();
    } catch (const std::exception& e) {
        log_.error("job_failed", {{"pump", names_.pump}, {"key", key}, {"reason", e.what()}});
    }
    backlog_.ended(key);
    tick();
}

Task<bool> DuePump::write(sql::Work work) {
    constexpr std::chrono::milliseconds kPauseMax{5'000};
    std::chrono::milliseconds wait{50};
    while (true) {
        const Result<void> written = co_await driver_.write(work);
        if (written.has_value()) {
            co_return true;
        }
        const Error& error = written.error();
        log_.error("write_failed", {{"pump", names_.pump}, {"reason", error.message()}});
        failed_ = failed_ || sql::has_failed_for_good(error);
        if (stopping_ || !sql::may_pass(error)) {
            co_return false;
        }
        co_await wait_for(wait);
        wait = std::min(2 * wait, kPauseMax);
    }
}

// Of real time, whatever the clock says: what it waits for is the machine. A stop ends it.
Task<> DuePump::wait_for(std::chrono::milliseconds time) {
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = pauses_.emplace(pauses_.end(), executor, time);
    boost::system::error_code woken;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
    pauses_.erase(timer);
}

}  // namespace lambent::scheduler
