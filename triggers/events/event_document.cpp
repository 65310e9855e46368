#include "triggers/events/event_document.h"

#include "base/clock.h"
#include "base/time_format.h"
#include "runtime/functions/function.h"
#include "triggers/events/rule.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace lambent::triggers {
namespace {

std::string events_arn(const std::string& region, const std::string& resource) {
    return "arn:aws:events:" + region + ":" + runtime::kAccountId + ":" + resource;
}

}  // namespace

std::string event_time(std::int64_t ms) {
    constexpr std::size_t kUntilSeconds = 19;
    return iso8601_ms(from_unix_ms(ms)).substr(0, kUntilSeconds) + "Z";
}

std::string bus_arn(const std::string& region, const std::string& bus) {
    return events_arn(region, "event-bus/" + bus);
}

// Rules of the default bus do not name it.
std::string rule_arn(const std::string& region, const std::string& bus, const std::string& rule) {
    return events_arn(region, "rule/" + (bus == kDefaultBus ? rule : bus + "/" + rule));
}

nlohmann::ordered_json event_document(const Event& event, const std::string& region) {
    nlohmann::ordered_json document;
    document["version"] = "0";
    document["id"] = event.id;
    document["detail-type"] = event.detail_type;
    document["source"] = event.source;
    document["account"] = runtime::kAccountId;
    document["time"] = event_time(event.time_ms);
    document["region"] = region;
    document["resources"] = event.resources;
    document["detail"] = nlohmann::ordered_json::parse(event.detail, nullptr, false);
    return document;
}

Event scheduled_event(const std::string& rule_arn, std::string id, std::int64_t time_ms) {
    Event event;
    event.id = std::move(id);
    event.bus = kDefaultBus;
    event.source = "aws.events";
    event.detail_type = "Scheduled Event";
    event.resources = {rule_arn};
    event.time_ms = time_ms;
    return event;
}

}  // namespace lambent::triggers
