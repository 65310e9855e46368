#include "scheduler/response_stream.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace lambent::scheduler {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kHeldBytesMax = 256 * 1024;

}  // namespace

ResponseStream::ResponseStream(const asio::any_io_executor& executor)
    : arrival_(executor, SteadyTime::max()), room_(executor, SteadyTime::max()) {}

void ResponseStream::write(std::string bytes) {
    if (is_abandoned_) {
        return;
    }
    if (held_.empty()) {
        held_ = std::move(bytes);
    } else {
        held_ += bytes;
    }
    arrival_.cancel();
}

bool ResponseStream::is_full() const {
    return !is_abandoned_ && held_.size() >= kHeldBytesMax;
}

Task<> ResponseStream::drained() {
    while (is_full()) {
        co_await pause(room_);
    }
}

void ResponseStream::finish(Result<InvocationResult> result) {
    if (!result_) {
        result_ = std::move(result);
        arrival_.cancel();
    }
}

Task<std::string> ResponseStream::read() {
    while (held_.empty() && !result_) {
        co_await pause(arrival_);
    }
    std::string bytes = std::exchange(held_, std::string());
    room_.cancel();
    co_return bytes;
}

void ResponseStream::abandon() {
    is_abandoned_ = true;
    held_ = std::string();
    room_.cancel();
}

// Until the timer is cancelled; throws when the flow is.
Task<> ResponseStream::pause(asio::steady_timer& until) {
    boost::system::error_code woken;
    co_await until.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
}

}  // namespace lambent::scheduler
