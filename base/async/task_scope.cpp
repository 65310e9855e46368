#include "base/async/task_scope.h"

#include "base/result.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <vector>

namespace lambent {
namespace asio = boost::asio;

struct TaskScope::State {
    State(const asio::any_io_executor& ex, Logger logger)
        : executor(ex), log(std::move(logger)), emptied(ex) {}

    struct Flow {
        std::string name;
        asio::cancellation_signal stop;
    };

    void ended(std::list<Flow>::iterator flow, const std::exception_ptr& failure) {
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
        } catch (const boost::system::system_error& e) {
            if (e.code() != asio::error::operation_aborted) {
                log.error("flow_failed", {{"flow", flow->name}, {"reason", e.what()}});
            }
        } catch (const std::exception& e) {
            log.error("flow_failed", {{"flow", flow->name}, {"reason", e.what()}});
        }
        flows.erase(flow);
        if (flows.empty()) {
            emptied.cancel();
        }
    }

    asio::any_io_executor executor;
    Logger log;
    std::list<Flow> flows;
    asio::steady_timer emptied;  // never expires: a cancel wakes whoever joins
};

TaskScope::TaskScope(asio::any_io_executor executor, Logger log)
    : state_(std::make_shared<State>(std::move(executor), std::move(log))) {}

TaskScope::~TaskScope() {
    LAMBENT_ASSERT(state_->flows.empty());
}

void TaskScope::spawn(std::string_view name, Task<> flow) {
    State::Flow& added = state_->flows.emplace_back();
    added.name = name;
    const auto place = std::prev(state_->flows.end());
    auto on_end = [state = state_, place](const std::exception_ptr& failure) {
        state->ended(place, failure);
    };
    asio::co_spawn(
        state_->executor,
        std::move(flow),
        asio::bind_cancellation_slot(added.stop.slot(), std::move(on_end))
    );
}

std::size_t TaskScope::running() const {
    return state_->flows.size();
}

Task<> TaskScope::join() {
    const auto state = state_;
    while (!state->flows.empty()) {
        state->emptied.expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        co_await state->emptied.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

Task<> TaskScope::cancel_and_join() {
    // A handler may end a flow, and so change the list, while signals are sent: walk a copy.
    std::vector<State::Flow*> all;
    for (State::Flow& flow : state_->flows) {
        all.push_back(&flow);
    }
    const auto state = state_;
    for (State::Flow* flow : all) {
        asio::post(state->executor, [state, flow] {
            for (State::Flow& alive : state->flows) {
                if (&alive == flow) {
                    alive.stop.emit(asio::cancellation_type::all);
                    return;
                }
            }
        });
    }
    co_await join();
}

}  // namespace lambent
