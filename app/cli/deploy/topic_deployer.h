#pragma once

#include "app/cli/client/sns_api.h"
#include "app/cli/deploy/deployment.h"

namespace lambent::cli {

// Brings the topics of a template, and who gets what is published, to what it says.
class TopicDeployer {
  public:
    explicit TopicDeployer(HttpClient& client) : topics_(client) {}

    Result<std::vector<DeployedTopic>> put_topics(const std::vector<TemplateTopic>& topics);
    // Those of the template's resources, then those of its functions' events.
    Result<void> put_subscriptions(const SamTemplate& sam, DeployReport& report);

  private:
    Result<DeployAction> put_topic(const TemplateTopic& topic);
    Result<void> put_subscription(const TemplateSubscription& subscription);

    SnsApi topics_;
};

}  // namespace lambent::cli
