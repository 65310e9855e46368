#include "api/s3/notification_document.h"

#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"
#include "base/ids.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::NotificationRule;
using triggers::TargetKind;

// "arn:aws:lambda:REGION:ACCOUNT:function:NAME", perhaps with a version or alias behind it, or a
// bare name: "NAME" or "NAME:QUALIFIER".
std::optional<std::string> function_of(std::string_view arn) {
    if (!arn.starts_with("arn:")) {
        return std::string(arn);
    }
    constexpr std::string_view kFunction = ":function:";
    constexpr std::string_view kLatest = ":$LATEST";
    const auto found = arn.find(kFunction);
    if (found == std::string_view::npos || arn.find(":lambda:") == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view name = arn.substr(found + kFunction.size());
    if (name.ends_with(kLatest)) {
        name.remove_suffix(kLatest.size());
    }
    return std::string(name);
}

AwsError unusable(const std::string& arn, const std::string& reason) {
    return invalid_argument(
        "Unable to validate the following destination configurations", arn, reason
    );
}

struct Destination {
    std::string_view element;
    std::string_view arn;  // the element that holds it
    TargetKind kind;
    std::string_view service;
};
// In the order in which S3 shows them.
constexpr std::array kDestinations = {
    Destination{"TopicConfiguration", "Topic", TargetKind::kTopic, "sns"},
    Destination{"QueueConfiguration", "Queue", TargetKind::kQueue, "sqs"},
    Destination{"CloudFunctionConfiguration", "CloudFunction", TargetKind::kFunction, "lambda"},
    Destination{
        "LambdaFunctionConfiguration", "LambdaFunctionArn", TargetKind::kFunction, "lambda"},
};

// "arn:aws:sqs:REGION:ACCOUNT:NAME"
Answer<void> check_arn(const std::string& arn, const Destination& destination) {
    const std::string start = "arn:aws:" + std::string(destination.service) + ":";
    const bool well_formed = arn.starts_with(start) &&
                             std::count(arn.begin(), arn.end(), ':') == 5 && !arn.ends_with(':');
    if (!well_formed) {
        return invalid_argument("The ARN is not well formed", std::string(destination.arn), arn);
    }
    if (arn.ends_with(".fifo")) {
        return unusable(arn, "FIFO queues and topics are not supported as destinations");
    }
    return {};
}

Answer<void> read_filter(const pugi::xml_node& node, NotificationRule& rule) {
    const pugi::xml_node key = child(child(node, "Filter"), "S3Key");
    bool has_prefix = false;
    bool has_suffix = false;
    for (const pugi::xml_node& filter : children(key, "FilterRule")) {
        const std::string name = lower_case(text_of(filter, "Name"));
        if (name != "prefix" && name != "suffix") {
            return invalid_argument(
                "filter rule name must be either prefix or suffix", "FilterRule.Name", name
            );
        }
        bool& seen = name == "prefix" ? has_prefix : has_suffix;
        if (std::exchange(seen, true)) {
            return invalid_argument(
                "Cannot specify more than one " + name + " rule in a filter.",
                "FilterRule.Name",
                name
            );
        }
        (name == "prefix" ? rule.prefix : rule.suffix) = text_of(filter, "Value");
    }
    return {};
}

Answer<std::string> read_target(
    const std::string& arn, const Destination& destination, const FunctionLookup& functions
) {
    if (destination.kind != TargetKind::kFunction) {
        LAMBENT_TRY(check_arn(arn, destination));
        return arn;
    }
    const auto function = function_of(arn);
    if (!function || !functions.exists(*function)) {
        return unusable(
            arn, "The destination Lambda function does not exist, or is not of this installation"
        );
    }
    return *function;
}

Answer<NotificationRule> read_rule(
    const pugi::xml_node& node, const Destination& destination, const FunctionLookup& functions
) {
    NotificationRule rule;
    rule.kind = destination.kind;
    rule.id = text_of(node, "Id");
    if (rule.id.empty()) {
        rule.id = random_uuid();
    }
    for (const pugi::xml_node& event : children(node, "Event")) {
        rule.events.emplace_back(event.text().get());
    }
    const std::string arn = text_of(node, destination.arn);
    if (rule.events.empty() || arn.empty()) {
        return malformed_xml();
    }
    LAMBENT_TRY(rule.target, read_target(arn, destination, functions));
    LAMBENT_TRY(read_filter(node, rule));
    return rule;
}

NotificationRule bus_rule(const S3Config& config) {
    NotificationRule rule;
    rule.kind = TargetKind::kEventBus;
    rule.target = "arn:aws:events:" + config.region + ":" + config.account + ":event-bus/default";
    return rule;
}

void write_filter(XmlWriter& xml, const char* name, const std::string& value) {
    if (value.empty()) {
        return;
    }
    xml.open("FilterRule");
    xml.leaf("Name", name);
    xml.leaf("Value", value);
    xml.close();
}

void write_rule(XmlWriter& xml, const NotificationRule& rule, const S3Config& config) {
    const auto destination =
        std::find_if(kDestinations.begin(), kDestinations.end(), [&rule](const Destination& each) {
            return each.kind == rule.kind;
        });
    if (destination == kDestinations.end()) {
        return;
    }
    const std::string function_arn =
        "arn:aws:lambda:" + config.region + ":" + config.account + ":function:";
    xml.open(destination->element);
    xml.leaf("Id", rule.id);
    const bool is_function = rule.kind == TargetKind::kFunction;
    xml.leaf(destination->arn, is_function ? function_arn + rule.target : rule.target);
    for (const std::string& event : rule.events) {
        xml.leaf("Event", event);
    }
    if (!rule.prefix.empty() || !rule.suffix.empty()) {
        xml.open("Filter");
        xml.open("S3Key");
        write_filter(xml, "Prefix", rule.prefix);
        write_filter(xml, "Suffix", rule.suffix);
        xml.close();
        xml.close();
    }
    xml.close();
}

}  // namespace

AwsError no_destination(const NotificationRule& rule) {
    const bool queue = rule.kind == TargetKind::kQueue;
    return unusable(
        rule.target,
        queue ? "The destination queue does not exist" : "The destination topic does not exist"
    );
}

Answer<std::vector<NotificationRule>> parse_notifications(
    const std::string& text, const FunctionLookup& functions, const S3Config& config
) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node root = child(document, "NotificationConfiguration");
    if (!root) {
        return malformed_xml();
    }
    std::vector<NotificationRule> rules;
    for (const Destination& destination : kDestinations) {
        for (const pugi::xml_node& node : children(root, destination.element)) {
            LAMBENT_TRY(NotificationRule rule, read_rule(node, destination, functions));
            rules.push_back(std::move(rule));
        }
    }
    if (child(root, "EventBridgeConfiguration")) {
        rules.push_back(bus_rule(config));
    }
    return rules;
}

std::string notification_document(
    const std::vector<NotificationRule>& rules, const S3Config& config
) {
    XmlWriter xml;
    xml.open("NotificationConfiguration", kNamespace);
    for (const NotificationRule& rule : rules) {
        if (rule.kind == TargetKind::kEventBus) {
            xml.open("EventBridgeConfiguration");
            xml.close();
        } else {
            write_rule(xml, rule, config);
        }
    }
    xml.close();
    return xml.take();
}

}  // namespace lambent::api::s3
