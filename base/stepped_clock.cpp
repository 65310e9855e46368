#include "base/stepped_clock.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace lambent {
namespace asio = boost::asio;
namespace {

struct RaisedFlag {
    bool& flag;
    explicit RaisedFlag(bool& raised) : flag(raised) { flag = true; }
    ~RaisedFlag() { flag = false; }
    RaisedFlag(const RaisedFlag&) = delete;
    RaisedFlag& operator=(const RaisedFlag&) = delete;
};

}  // namespace

SteppedClock::SteppedClock(asio::any_io_executor executor, WallTime start)
    : start_(start), settled_(std::move(executor)) {}

const SteppedClock* SteppedClock::of(const Clock& clock) {
    return dynamic_cast<const SteppedClock*>(&clock);
}

SteadyTime SteppedClock::steady_now() const {
    // Far from zero, so that "long ago" can be said.
    constexpr std::chrono::hours kBegin(24 * 365);
    return SteadyTime(kBegin) +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(passed_.load());
}

WallTime SteppedClock::wall_now() const {
    return start_ + std::chrono::duration_cast<WallTime::duration>(passed_.load());
}

Task<Result<void>> SteppedClock::advance(std::chrono::milliseconds by) {
    if (advancing_) {
        co_return Error(Code::kConflict, "clock", "The clock is being advanced already.");
    }
    const RaisedFlag advancing(advancing_);
    const WallTime goal = wall_now() + by;
    co_await settle();
    for (auto due = next_due(); due && *due <= goal; due = next_due()) {
        move_to(*due);
        wake_due();
        co_await settle();
    }
    move_to(goal);
    co_return Result<void>();
}

void SteppedClock::let_go() const {
    if (--holds_ == 0) {
        settled_.cancel();
    }
}

std::optional<WallTime> SteppedClock::next_due() const {
    const auto by_time = [](const auto& a, const auto& b) {
        return a.second < b.second;
    };
    const auto first = std::min_element(sleepers_.begin(), sleepers_.end(), by_time);
    return first == sleepers_.end() ? std::nullopt : std::optional(first->second);
}

void SteppedClock::move_to(WallTime time) {
    passed_ = std::max<std::chrono::nanoseconds>(passed_.load(), time - start_);
}

void SteppedClock::wake_due() {
    std::vector<Sleeper*> due;
    for (const auto& [sleeper, time] : sleepers_) {
        if (time <= wall_now()) {
            due.push_back(sleeper);
        }
    }
    for (Sleeper* const sleeper : due) {
        sleepers_.erase(sleeper);
        sleeper->ring();
    }
}

// Looks once more after the last hold has gone: what is ready to run may take another one.
Task<> SteppedClock::settle() {
    constexpr std::chrono::minutes kLimit(1);
    const auto limit = std::chrono::steady_clock::now() + kLimit;
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    while (holds_ > 0 && std::chrono::steady_clock::now() < limit) {
        settled_.expires_at(limit);
        boost::system::error_code woken;
        co_await settled_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
}

TimeHold::TimeHold(const Clock& clock) : clock_(SteppedClock::of(clock)) {
    if (clock_ != nullptr) {
        clock_->hold();
    }
}

TimeHold::TimeHold(TimeHold&& other) noexcept : clock_(std::exchange(other.clock_, nullptr)) {}

TimeHold::~TimeHold() {
    if (clock_ != nullptr) {
        clock_->let_go();
    }
}

}  // namespace lambent
