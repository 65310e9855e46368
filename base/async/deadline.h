#pragma once

#include "base/async/task.h"
#include "base/clock.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace lambent {

// Runs `flow` until `deadline` at the latest: its value, or nothing when time ran out (the flow is
// then cancelled and awaited). The one way in which deadlines are made.
template <class T>
Task<std::optional<T>> with_deadline(Task<T> flow, SteadyTime deadline) {
    using boost::asio::experimental::awaitable_operators::operator||;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, deadline);
    auto expiry = timer.async_wait(boost::asio::use_awaitable);
    auto either = co_await (std::move(flow) || std::move(expiry));
    if (either.index() == 0) {
        co_return std::move(std::get<0>(either));
    }
    co_return std::nullopt;
}

}  // namespace lambent
