#pragma once

#include "base/async/task.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace lambent {

// Threads for work that blocks (SQLite reads, unzip, hashing, fsync). Owned by the composition
// root; destruction waits for work that runs.
class WorkerPool {
  public:
    explicit WorkerPool(std::size_t threads) : pool_(threads) {}
    ~WorkerPool() { pool_.join(); }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    boost::asio::thread_pool& pool() { return pool_; }

  private:
    boost::asio::thread_pool pool_;
};

// Calls `work` and destroys it, and with it what it owned.
template <class Work>
std::invoke_result_t<Work&> run_and_drop(Work work) {
    return work();
}

// Runs `work` on the pool and resumes the caller on its own event loop with what it returned; what
// `work` owned is gone by then. `work` must not throw and must own what it uses. Name it before the
// co_await.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(WorkerPool& workers, Work work) {
    using Value = std::invoke_result_t<Work&>;
    auto start = [&workers, work = std::move(work)](auto handler) mutable {
        auto job = [handler = std::move(handler), work = std::move(work)]() mutable {
            Value value = run_and_drop(std::move(work));
            const auto home = boost::asio::get_associated_executor(handler);
            auto resume = [handler = std::move(handler), value = std::move(value)]() mutable {
                std::move(handler)(std::move(value));
            };
            boost::asio::post(home, std::move(resume));
        };
        boost::asio::post(workers.pool(), std::move(job));
    };
    co_return co_await boost::asio::
        async_initiate<const boost::asio::use_awaitable_t<>, void(Value)>(
            std::move(start), boost::asio::use_awaitable
        );
}

}  // namespace lambent
