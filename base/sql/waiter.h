#pragma once

#include "base/result.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace lambent::sql {

// A flow that waits for a closure to have run elsewhere. Resumed once, from any thread; the flow
// goes on in its own event loop.
class Waiter {
  public:
    virtual ~Waiter() = default;
    virtual void resume(Result<void> outcome) = 0;
};

// The waiter behind one asio completion handler.
template <class Handler>
class HandlerWaiter final : public Waiter {
  public:
    explicit HandlerWaiter(Handler handler) : handler_(std::move(handler)) {}

    void resume(Result<void> outcome) override {
        const auto home = boost::asio::get_associated_executor(handler_);
        auto go_on = [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
            std::move(handler)(std::move(outcome));
        };
        boost::asio::post(home, std::move(go_on));
    }

  private:
    Handler handler_;
};

struct QueuedWork {
    Work work;
    std::unique_ptr<Waiter> waiter;
};

}  // namespace lambent::sql
