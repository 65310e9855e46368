#pragma once

#include "base/async/task.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace lambent {

// A value that is set once and awaited by at most one flow. Both on the same event loop; the owner
// keeps it alive until the waiter has gone. A wait that is cancelled throws, like any asio wait.
template <class T>
class OneShot {
  public:
    explicit OneShot(const boost::asio::any_io_executor& executor) : wake_(executor) {
        wake_.expires_at(boost::asio::steady_timer::time_point::max());
    }

    bool is_set() const { return value_.has_value(); }

    // The first value wins; later ones are ignored and reported as false.
    bool set(T value) {
        if (value_.has_value()) {
            return false;
        }
        value_.emplace(std::move(value));
        wake_.cancel();
        return true;
    }

    Task<T> wait() {
        while (!value_.has_value()) {
            boost::system::error_code woken;
            co_await wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken)
            );
            const auto state = co_await boost::asio::this_coro::cancellation_state;
            if (state.cancelled() != boost::asio::cancellation_type::none) {
                throw boost::system::system_error(boost::asio::error::operation_aborted);
            }
        }
        co_return std::move(*value_);
    }

  private:
    std::optional<T> value_;
    boost::asio::steady_timer wake_;
};

}  // namespace lambent
