#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/fetch/post.h"
#include "base/result.h"
#include "scheduler/targets.h"
#include "triggers/topics/topics.h"

#include <atomic>
#include <functional>
#include <string>

namespace lambent::api::sns {

// Whether an ARN is of a subscription to a topic, which is sent to by way of this.
bool is_subscription_arn(const std::string& arn);

// Sends to the web endpoints of subscriptions, in SNS's headers, by threads of its own, which
// whoever sends should not have more under way than there are. Owned by the composition root; event
// loop's thread only.
class WebEndpoints {
  public:
    using Post = std::function<Result<unsigned>(const HttpPost& what)>;

    WebEndpoints(const triggers::Topics& topics, Reach reach, Post post = lambent::post)
        : topics_(topics), reach_(reach), post_(std::move(post)) {}

    // `target_arn` is the subscription's. kNotFound when it is gone, or not confirmed and this is
    // not the question whether it is wanted; kUnauthorised for an address that is out of reach;
    // kUnavailable for 429, 5xx and silence, which may pass; kInvalidArgument for every other
    // answer but 2xx.
    Task<Result<void>> send(scheduler::TargetMessage message);

    // Nothing is sent any more, and what is under way is cut: kUnavailable.
    void stop() { is_stopped_ = true; }

    static constexpr std::size_t kThreads = 8;

  private:
    const triggers::Topics& topics_;
    Reach reach_;
    Post post_;
    std::atomic<bool> is_stopped_{false};  // read by the threads
    WorkerPool workers_{kThreads};
};

}  // namespace lambent::api::sns
