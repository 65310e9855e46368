#pragma once

#include "api/wire/service.h"
#include "base/clock.h"
#include "base/logger.h"
#include "triggers/events/event_buses.h"

#include <string>

namespace lambent::api::events {

struct EventsConfig {
    std::string region = "us-east-1";
};

// EventBridge (AWS JSON 1.1): buses, rules, targets, events, tags. Root's key only.
class EventsService final : public Service {
  public:
    EventsService(EventsConfig config, triggers::EventBuses& buses, const Clock& clock, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    EventsConfig config_;
    triggers::EventBuses& buses_;
    const Clock& clock_;
    Logger log_;
};

}  // namespace lambent::api::events
