#pragma once

#include "api/wire/service.h"
#include "base/logger.h"
#include "triggers/topics/topics.h"

namespace lambent::api::sns {

// SNS, in the Query protocol (Action=…, answers in XML), which all of its clients speak. Root's key
// only, but for ConfirmSubscription, which whoever was sent a token may ask for by its link.
class SnsService final : public Service {
  public:
    SnsService(triggers::Topics& topics, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    triggers::Topics& topics_;
    Logger log_;
};

}  // namespace lambent::api::sns
