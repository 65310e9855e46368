#pragma once

#include "api/wire/service.h"
#include "base/logger.h"
#include "triggers/schedules/schedules.h"

#include <string>

namespace lambent::api::schedules {

struct SchedulesConfig {
    std::string region = "us-east-1";
};

// EventBridge Scheduler (REST JSON): schedules, schedule groups and their tags. Root's key only.
class SchedulesService final : public Service {
  public:
    SchedulesService(SchedulesConfig config, triggers::Schedules& schedules, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    SchedulesConfig config_;
    triggers::Schedules& schedules_;
    Logger log_;
};

}  // namespace lambent::api::schedules
