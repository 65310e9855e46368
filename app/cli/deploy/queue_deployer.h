#pragma once

#include "app/cli/client/mapping_api.h"
#include "app/cli/client/sqs_api.h"
#include "app/cli/deploy/deployment.h"

namespace lambent::cli {

// Brings the queues of a template, and what leads from them to functions, to what it says.
class QueueDeployer {
  public:
    explicit QueueDeployer(HttpClient& client) : queues_(client), mappings_(client) {}

    // Dead letter queues before those that name them.
    Result<std::vector<DeployedQueue>> put_queues(const std::vector<TemplateQueue>& queues);
    Result<DeployAction> put_mapping(const SqsTrigger& trigger, const std::string& function);

  private:
    Result<DeployAction> put_queue(const TemplateQueue& queue);

    SqsApi queues_;
    MappingApi mappings_;
};

}  // namespace lambent::cli
