#pragma once

#include "base/async/task.h"
#include "tests/support/run_flow.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

namespace lambent::tests {

// Runs all flows at once on `loop` to their ends; rethrows what the first unhappy one threw.
inline void run_concurrently(
    boost::asio::io_context& loop,
    std::vector<Task<>> flows,
    std::chrono::seconds limit = kHangGuard
) {
    std::size_t running = flows.size();
    std::exception_ptr failure;
    for (Task<>& flow : flows) {
        auto done = [&](const std::exception_ptr& thrown) {
            failure = failure ? failure : thrown;
            --running;
        };
        boost::asio::co_spawn(loop, std::move(flow), done);
    }
    loop.restart();
    loop.run_for(limit);
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (running > 0) {
        throw std::runtime_error("the flows did not end in time");
    }
}

}  // namespace lambent::tests
