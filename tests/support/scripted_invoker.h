#pragma once

#include "scheduler/async_queue.h"
#include "scheduler/invocation.h"
#include "scheduler/response_stream.h"

#include <functional>
#include <string>
#include <vector>

namespace lambent::tests {

// An Invoker that notes what it is asked and answers what the test tells it to.
class ScriptedInvoker final : public scheduler::Invoker {
  public:
    std::vector<scheduler::Invocation> asked;
    Result<scheduler::InvocationResult> answer = scheduler::InvocationResult();

    // What a streamed response consists of, and what it is said to be.
    std::vector<std::string> parts;
    std::string content_type;

    Task<Result<scheduler::InvocationResult>> invoke(scheduler::Invocation invocation) override {
        if (invocation.stream != nullptr && answer.has_value()) {
            invocation.stream->run_by(answer->executed_version);
            invocation.stream->begin(content_type);
            for (const std::string& part : parts) {
                invocation.stream->write(part);
            }
        }
        asked.push_back(std::move(invocation));
        co_return answer;
    }
};

// An AsyncQueue that keeps what it accepts, or refuses with the given error.
class KeptEvents final : public scheduler::AsyncQueue {
  public:
    std::vector<scheduler::AsyncEvent> events;
    Result<void> answer;

    Task<Result<void>> enqueue(scheduler::AsyncEvent event) override {
        if (answer.has_value()) {
            events.push_back(std::move(event));
        }
        co_return answer;
    }
    Result<void> enqueue_in(sql::Session& /*session*/, const scheduler::AsyncEvent& event)
        override {
        events.push_back(event);
        return answer;
    }
    void wake() override {}
};

}  // namespace lambent::tests
