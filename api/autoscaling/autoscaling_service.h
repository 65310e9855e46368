#pragma once

#include "api/wire/service.h"
#include "base/logger.h"
#include "scheduler/scaling/auto_scaling.h"

#include <string>

namespace lambent::api::autoscaling {

struct AutoscalingConfig {
    std::string region = "us-east-1";
};

// Application Auto Scaling (AWS JSON 1.1) for one scalable dimension,
// lambda:function:ProvisionedConcurrency: targets, target tracking policies, scheduled actions and
// activities. Root's key only.
class AutoscalingService final : public Service {
  public:
    AutoscalingService(AutoscalingConfig config, scheduler::AutoScaling& scaling, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    AutoscalingConfig config_;
    scheduler::AutoScaling& scaling_;
    Logger log_;
};

}  // namespace lambent::api::autoscaling
