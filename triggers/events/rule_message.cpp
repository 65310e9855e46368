#include "triggers/events/rule_message.h"

#include "base/files/content_hash.h"
#include "triggers/events/event_document.h"
#include "triggers/events/input_template.h"
#include "triggers/events/json_path.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <string_view>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::string_view kBusTarget = "arn:aws:events:";
constexpr char kEventId[] = "event-id";
constexpr char kEventTime[] = "event-time-ms";

// A UUID that follows from the text.
std::string derived_uuid(const std::string& text) {
    constexpr std::size_t kHexDigits = 32;
    std::string uuid = to_hex(digest(HashKind::kSha256, text)).substr(0, kHexDigits);
    uuid[12] = '8';  // version 8: of one's own making
    uuid[16] = 'a';
    for (const std::size_t at : {8U, 13U, 18U, 23U}) {
        uuid.insert(at, 1, '-');
    }
    return uuid;
}

std::string json_text(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string body_of(
    const RuleTarget& target, const nlohmann::ordered_json& document, const RuleMoment& moment
) {
    if (target.input) {
        return *target.input;
    }
    if (target.transformer) {
        return fill_template(*target.transformer, document, moment);
    }
    if (target.input_path.empty()) {
        return json_text(document);
    }
    const auto path = JsonPath::parse(target.input_path);
    const nlohmann::ordered_json* const found = path.has_value() ? path->find(document) : nullptr;
    return found == nullptr ? "null" : json_text(*found);
}

// A dead letter is the event, whatever the target would have got.
scheduler::DeliveryRules rules_for(
    const RuleTarget& target, const nlohmann::ordered_json& document, const std::string& rule_arn
) {
    constexpr std::int64_t kSecondMs = 1'000;
    scheduler::DeliveryRules rules;
    if (target.retries_max) {
        rules.attempts_max = static_cast<std::uint32_t>(*target.retries_max);
    }
    if (target.age_s_max) {
        rules.age_ms_max = *target.age_s_max * kSecondMs;
    }
    if (!target.dead_letter_arn.empty()) {
        rules.dead_letter_arn = target.dead_letter_arn;
        rules.dead_letter_attributes = {{"RULE_ARN", rule_arn}};
        rules.dead_letter_body = json_text(document);
    }
    return rules;
}

}  // namespace

std::optional<RuleDelivery> delivery_of(
    const Rule& rule,
    const RuleTarget& target,
    const Event& event,
    const nlohmann::ordered_json& document,
    const std::string& region,
    std::int64_t now_ms
) {
    const bool is_bus = target.arn.starts_with(kBusTarget);
    if (is_bus && event.forwarded) {
        return std::nullopt;
    }
    RuleDelivery delivery;
    scheduler::TargetMessage& message = delivery.message;
    message.source_arn = rule_arn(region, rule.bus, rule.name);
    delivery.rules = rules_for(target, document, message.source_arn);
    message.target_arn = target.arn;
    message.trace_header = event.trace_header;
    message.group_id = target.group_id;
    message.id = derived_uuid(event.id + " " + message.source_arn + " " + target.id);
    if (is_bus) {
        message.body = event.detail;
        message.detail_type = event.detail_type;
        message.source = event.source;
        message.resources = event.resources;
        message.attributes = {{kEventId, event.id}, {kEventTime, std::to_string(event.time_ms)}};
        return delivery;
    }
    const RuleMoment moment{message.source_arn, rule.name, now_ms};
    message.body = body_of(target, document, moment);
    return delivery;
}

Event event_of(const scheduler::TargetMessage& message, std::int64_t now_ms) {
    Event event;
    const std::size_t slash = message.target_arn.rfind("event-bus/");
    constexpr std::size_t kBefore = std::string_view("event-bus/").size();
    event.bus =
        slash == std::string::npos ? kDefaultBus : message.target_arn.substr(slash + kBefore);
    event.id = message.id;
    event.source = message.source;
    event.detail_type = message.detail_type;
    event.detail = message.body;
    event.resources = message.resources;
    event.time_ms = now_ms;
    event.trace_header = message.trace_header;
    const auto id = message.attributes.find(kEventId);
    const auto time = message.attributes.find(kEventTime);
    if (id != message.attributes.end() && time != message.attributes.end()) {
        event.id = id->second;
        const std::string& ms = time->second;
        std::from_chars(ms.data(), ms.data() + ms.size(), event.time_ms);
        event.forwarded = true;
    }
    return event;
}

}  // namespace lambent::triggers
