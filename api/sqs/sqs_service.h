#pragma once

#include "api/wire/service.h"
#include "base/logger.h"
#include "triggers/queue/queue_service.h"

#include <string>

namespace lambent::api::sqs {

// SQS in both of its protocols: AWS JSON 1.0 (X-Amz-Target), which SDKs of today speak, and Query
// (Action=…, answers in XML), which older ones and Debian's do. Each operation is written once, on
// JSON; query_codec.h translates. Root's key only.
class SqsService final : public Service {
  public:
    SqsService(triggers::QueueService& queues, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    triggers::QueueService& queues_;
    Logger log_;
};

}  // namespace lambent::api::sqs
