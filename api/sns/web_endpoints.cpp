#include "api/sns/web_endpoints.h"

#include "triggers/topics/topic_delivery.h"

#include <algorithm>
#include <string>
#include <utility>

namespace lambent::api::sns {
namespace {

constexpr long kColonsOfSubscription = 6;

HttpPost post_of(
    const triggers::Subscription& subscription, scheduler::TargetMessage message, Reach reach
) {
    HttpPost what;
    what.url = subscription.endpoint;
    what.reach = reach;
    what.body = std::move(message.body);
    const std::string& type = message.attributes[triggers::kWebMessageType];
    what.headers = {
        {"x-amz-sns-message-type", type},
        {"x-amz-sns-message-id", message.attributes[triggers::kWebMessageId]},
        {"x-amz-sns-topic-arn", subscription.topic_arn},
        {"Content-Type", "text/plain; charset=UTF-8"},
        {"User-Agent", "Amazon Simple Notification Service Agent"}};
    if (subscription.confirmed) {
        what.headers.emplace_back("x-amz-sns-subscription-arn", subscription.arn);
    }
    if (message.attributes.contains(triggers::kWebIsRaw)) {
        what.headers.emplace_back("x-amz-sns-rawdelivery", "true");
    }
    if (!message.trace_header.empty()) {
        what.headers.emplace_back("X-Amzn-Trace-Id", message.trace_header);
    }
    return what;
}

bool is_question(const scheduler::TargetMessage& message) {
    const auto type = message.attributes.find(triggers::kWebMessageType);
    return type != message.attributes.end() && type->second == triggers::kWebQuestion;
}

Result<void> judge(unsigned status) {
    constexpr unsigned kThrottled = 429;
    if (status >= 200 && status < 300) {
        return {};
    }
    const bool may_pass = status == kThrottled || status >= 500;
    return Error(
        may_pass ? Code::kUnavailable : Code::kInvalidArgument,
        "endpoint",
        "The endpoint answered " + std::to_string(status) + "."
    );
}

}  // namespace

bool is_subscription_arn(const std::string& arn) {
    return arn.starts_with("arn:aws:sns:") &&
           std::count(arn.begin(), arn.end(), ':') == kColonsOfSubscription;
}

Task<Result<void>> WebEndpoints::send(scheduler::TargetMessage message) {
    LAMBENT_CO_TRY(const auto subscription, topics_.subscription(message.target_arn));
    if (!subscription.confirmed && !is_question(message)) {
        co_return Error(Code::kNotFound, "subscription", "Subscription is not confirmed");
    }
    HttpPost what = post_of(subscription, std::move(message), reach_);
    what.is_cut = &is_stopped_;
    auto work = [post = post_, what = std::move(what)]() -> Result<unsigned> {
        if (*what.is_cut) {
            return Error(Code::kUnavailable, "endpoint", "Nothing is sent any more.");
        }
        return post(what);
    };
    const Result<unsigned> answered = co_await offload(workers_, std::move(work));
    if (answered.has_error()) {
        co_return answered.error();
    }
    co_return judge(*answered);
}

}  // namespace lambent::api::sns
