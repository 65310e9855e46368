#pragma once

#include "triggers/events/event.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace lambent::triggers {

// The event as patterns see it and targets get it, its members in EventBridge's order.
nlohmann::ordered_json event_document(const Event& event, const std::string& region);

// What a rule with a schedule sends: an event of which nothing is said but when.
Event scheduled_event(const std::string& rule_arn, std::string id, std::int64_t time_ms);

std::string event_time(std::int64_t ms);  // 2026-11-21T08:00:00Z

std::string bus_arn(const std::string& region, const std::string& bus);
std::string rule_arn(const std::string& region, const std::string& bus, const std::string& rule);

}  // namespace lambent::triggers
