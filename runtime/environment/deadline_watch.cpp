#include "runtime/environment/deadline_watch.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lambent::runtime {
namespace asio = boost::asio;

struct DeadlineWatch::Timer {
    asio::steady_timer timer;
};

DeadlineWatch::DeadlineWatch(const asio::any_io_executor& executor, std::function<void()> on_expiry)
    : timer_(std::make_unique<Timer>(Timer{asio::steady_timer(executor, SteadyTime::max())})),
      on_expiry_(std::move(on_expiry)) {}

DeadlineWatch::~DeadlineWatch() = default;

void DeadlineWatch::arm(SteadyTime deadline) {
    deadline_ = deadline;
    if (deadline < timer_->timer.expiry()) {
        timer_->timer.expires_at(deadline);  // also wakes run(), which waits anew
    }
}

void DeadlineWatch::disarm() {
    deadline_.reset();
}

Task<> DeadlineWatch::run() {
    for (;;) {
        boost::system::error_code woken;
        co_await timer_->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            co_return;
        }
        if (woken) {
            continue;  // armed for an earlier time
        }
        if (deadline_ && *deadline_ <= std::chrono::steady_clock::now()) {
            deadline_.reset();
            on_expiry_();
        }
        timer_->timer.expires_at(deadline_.value_or(SteadyTime::max()));
    }
}

}  // namespace lambent::runtime
