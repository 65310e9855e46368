#pragma once

#include "base/async/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace lambent::tests {

// Generous: a sanitizer build on a busy machine is a hundred times slower than a release build.
constexpr std::chrono::seconds kHangGuard = std::chrono::minutes(5);

// Runs one flow on `loop` to its end and returns what it returned; throws when it takes longer than
// `limit` of real time, so that a lost wake-up fails a test instead of hanging it.
template <class T>
T run_flow(boost::asio::io_context& loop, Task<T> flow, std::chrono::seconds limit = kHangGuard) {
    std::exception_ptr failure;
    std::optional<T> value;
    auto done = [&](const std::exception_ptr& thrown, T result) {
        failure = thrown;
        value.emplace(std::move(result));
        loop.stop();
    };
    boost::asio::co_spawn(loop, std::move(flow), done);
    loop.restart();
    loop.run_for(limit);
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (!value) {
        throw std::runtime_error("the flow did not end in time");
    }
    return std::move(*value);
}

inline void run_flow(
    boost::asio::io_context& loop, Task<> flow, std::chrono::seconds limit = kHangGuard
) {
    auto valued = [](Task<> inner) -> Task<bool> {
        co_await std::move(inner);
        co_return true;
    };
    run_flow<bool>(loop, valued(std::move(flow)), limit);
}

}  // namespace lambent::tests
