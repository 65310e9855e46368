#pragma once

#include "scheduler/async_queue.h"
#include "scheduler/find_function.h"
#include "scheduler/targets.h"

#include <functional>
#include <map>
#include <string>

namespace lambent::app {

// The way to each resource, found by the service that its ARN names. Each room that has resources
// to send to is added with one line in House::connect. Owned by the composition root.
class TargetDirectory final : public scheduler::Targets {
  public:
    using Send = std::function<Task<Result<void>>(scheduler::TargetMessage message)>;

    // The way to everything of that service: "lambda", "sqs", "sns", "events", "s3".
    void add(const std::string& service, Send send) { ways_[service] = std::move(send); }

    // kInvalidArgument for what is no ARN, or of a service that nobody here has.
    Task<Result<void>> send(scheduler::TargetMessage message) override;

  private:
    std::map<std::string, Send> ways_;
};

// The way to functions: an asynchronous invocation, whose request id is the message's id.
class FunctionTarget {
  public:
    FunctionTarget(scheduler::AsyncQueue& events, scheduler::FindFunction find_function)
        : events_(events), find_function_(std::move(find_function)) {}

    Task<Result<void>> send(scheduler::TargetMessage message);

  private:
    scheduler::AsyncQueue& events_;
    scheduler::FindFunction find_function_;
};

}  // namespace lambent::app
