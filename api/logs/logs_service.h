#pragma once

#include "api/wire/service.h"
#include "base/clock.h"
#include "base/logger.h"
#include "runtime/logs/log_store.h"

#include <string>

namespace lambent::api::logs {

struct LogsConfig {
    std::string region = "us-east-1";
};

// CloudWatch Logs (AWS JSON 1.1), as far as reading goes: groups, streams and their events, for
// `aws logs tail --follow` and whatever else looks into a function's output. Root's key only.
class LogsService final : public Service {
  public:
    LogsService(LogsConfig config, runtime::LogStore& store, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    LogsConfig config_;
    runtime::LogStore& store_;
    Logger log_;
};

}  // namespace lambent::api::logs
