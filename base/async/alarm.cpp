#include "base/async/alarm.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace lambent {
namespace asio = boost::asio;

Alarm::Alarm(asio::any_io_executor executor, const Clock& clock)
    : clock_(clock), stepped_(SteppedClock::of(clock)), timer_(std::move(executor)) {}

Alarm::~Alarm() {
    if (stepped_ != nullptr) {
        stepped_->forget(*this);
    }
}

Task<> Alarm::wait_until(std::optional<WallTime> due) {
    hold_.reset();
    if (!rung_) {
        arm(due);
        waiting_ = true;
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        waiting_ = false;
        if (stepped_ != nullptr) {
            stepped_->forget(*this);
        }
    }
    rung_ = false;
    if (!hold_) {
        hold_.emplace(clock_);
    }
}

void Alarm::ring() {
    rung_ = true;
    if (!hold_) {
        hold_.emplace(clock_);
    }
    if (waiting_) {
        timer_.cancel();
    }
}

void Alarm::arm(std::optional<WallTime> due) {
    constexpr std::chrono::minutes kLookEvery(1);
    const WallTime now = clock_.wall_now();
    if (due && *due <= now) {
        timer_.expires_after(std::chrono::seconds(0));
    } else if (due && stepped_ == nullptr) {
        timer_.expires_after(std::min<WallTime::duration>(*due - now, kLookEvery));
    } else {
        timer_.expires_at(asio::steady_timer::time_point::max());
        if (due) {
            stepped_->wake_at(*this, *due);
        }
    }
}

}  // namespace lambent
