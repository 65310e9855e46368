#include "app/cli/deploy/topic_deployer.h"

namespace lambent::cli {
namespace {

constexpr char kFifo[] = "FifoTopic";

bool says(const TopicTexts& texts, const std::string& name, const std::string& value) {
    const auto found = texts.find(name);
    return found != texts.end() && found->second == value;
}

}  // namespace

Result<std::vector<DeployedTopic>> TopicDeployer::put_topics(
    const std::vector<TemplateTopic>& topics
) {
    std::vector<DeployedTopic> done;
    for (const TemplateTopic& topic : topics) {
        LAMBENT_TRY(const DeployAction action, put_topic(topic));
        done.push_back({topic.name, action});
    }
    return done;
}

Result<DeployAction> TopicDeployer::put_topic(const TemplateTopic& topic) {
    LAMBENT_TRY(const auto existing, topics_.attributes(topic.arn));
    if (!existing) {
        LAMBENT_TRY(topics_.create(topic.name, topic.attributes));
        return DeployAction::kCreated;
    }
    DeployAction action = DeployAction::kUnchanged;
    for (const auto& [name, value] : topic.attributes) {
        if (name != kFifo && !says(*existing, name, value)) {
            LAMBENT_TRY(topics_.set(topic.arn, name, value));
            action = DeployAction::kUpdated;
        }
    }
    return action;
}

Result<void> TopicDeployer::put_subscription(const TemplateSubscription& subscription) {
    const SnsApi::Wanted wanted{
        subscription.topic_arn, subscription.protocol, subscription.endpoint};
    LAMBENT_TRY(const auto arn, topics_.find(wanted));
    if (!arn) {
        return topics_.subscribe(wanted, subscription.attributes);
    }
    LAMBENT_TRY(const TopicTexts existing, topics_.subscription_attributes(*arn));
    // The scope before the policy, which may be good in one of them only.
    for (const char* const name :
         {"FilterPolicyScope", "FilterPolicy", "RawMessageDelivery", "RedrivePolicy"}) {
        const auto found = subscription.attributes.find(name);
        if (found != subscription.attributes.end() && !says(existing, name, found->second)) {
            LAMBENT_TRY(topics_.set_subscription(*arn, name, found->second));
        }
    }
    return {};
}

Result<void> TopicDeployer::put_subscriptions(const SamTemplate& sam, DeployReport& report) {
    for (const TemplateSubscription& subscription : sam.subscriptions) {
        LAMBENT_TRY(put_subscription(subscription));
    }
    for (std::size_t i = 0; i < sam.functions.size(); ++i) {
        DeployedFunction& deployed = report.functions[i];
        for (TemplateSubscription trigger : sam.functions[i].topic_triggers) {
            trigger.endpoint = deployed.arn;
            LAMBENT_TRY(put_subscription(trigger));
            deployed.trigger_topics.push_back(trigger.topic_arn);
        }
    }
    return {};
}

}  // namespace lambent::cli
