#pragma once

#include "app/cli/template/sam_template.h"
#include "app/cli/template/scope.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace lambent::cli {

// Reads AWS::SNS::Topic and AWS::SNS::Subscription resources. Private to this folder.
class TopicReader {
  public:
    TopicReader(const Scope& scope, std::vector<std::string>& notes)
        : scope_(scope), notes_(notes) {}

    static constexpr char kTopicType[] = "AWS::SNS::Topic";
    static constexpr char kSubscriptionType[] = "AWS::SNS::Subscription";

    // What CloudFormation calls it when it has no TopicName of its own.
    Result<std::string> name_of(
        const std::string& id, const std::string& stack, const YAML::Node& resource
    ) const;
    // Once every resource has its name. The subscriptions that stand in the topic's own list go to
    // `subscriptions`.
    Result<TemplateTopic> read_topic(
        const TemplateTopic& named,
        const YAML::Node& resource,
        std::vector<TemplateSubscription>& subscriptions
    );
    Result<TemplateSubscription> read_subscription(
        const std::string& id, const YAML::Node& resource
    );

  private:
    Result<TemplateSubscription> read_own(const TemplateTopic& topic, const YAML::Node& entry)
        const;
    void note(const YAML::Node& key, const std::string& id);

    const Scope& scope_;
    std::vector<std::string>& notes_;
};

// Whether a subscription's property is one of its attributes, which is then read into `attributes`:
// FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy.
Result<bool> read_subscription_attribute(
    const std::string& name,
    const YAML::Node& value,
    const Scope& scope,
    std::map<std::string, std::string>& attributes
);

}  // namespace lambent::cli
