#include "api/s3/notification_document.h"

#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"
#include "base/ids.h"

#include <array>
#include <optional>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::NotificationRule;

// "arn:aws:lambda:REGION:ACCOUNT:function:NAME" with at most ":$LATEST" behind it, or a bare name.
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
    return name.find(':') == std::string_view::npos ? std::optional<std::string>(name)
                                                    : std::nullopt;
}

AwsError no_destination(const std::string& arn) {
    return invalid_argument(
        "Unable to validate the following destination configurations",
        arn,
        "The destination Lambda function does not exist, or is not of this installation"
    );
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

Answer<NotificationRule> read_rule(
    const pugi::xml_node& node, std::string_view arn_name, const FunctionLookup& functions
) {
    NotificationRule rule;
    rule.id = text_of(node, "Id");
    if (rule.id.empty()) {
        rule.id = random_uuid();
    }
    for (const pugi::xml_node& event : children(node, "Event")) {
        rule.events.emplace_back(event.text().get());
    }
    const std::string arn = text_of(node, arn_name);
    if (rule.events.empty() || arn.empty()) {
        return malformed_xml();
    }
    const auto function = function_of(arn);
    if (!function || !functions.exists(*function)) {
        return no_destination(arn);
    }
    rule.function = *function;
    LAMBENT_TRY(read_filter(node, rule));
    return rule;
}

struct Destination {
    std::string_view element;
    std::string_view arn;
};
constexpr std::array kFunctions = {
    Destination{"CloudFunctionConfiguration", "CloudFunction"},
    Destination{"LambdaFunctionConfiguration", "LambdaFunctionArn"},
};
constexpr std::array kOthers = {
    Destination{"TopicConfiguration", "Topic"},
    Destination{"QueueConfiguration", "Queue"},
};

void write_filter(XmlWriter& xml, const char* name, const std::string& value) {
    if (value.empty()) {
        return;
    }
    xml.open("FilterRule");
    xml.leaf("Name", name);
    xml.leaf("Value", value);
    xml.close();
}

}  // namespace

Answer<std::vector<NotificationRule>> parse_notifications(
    const std::string& text, const FunctionLookup& functions
) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node root = child(document, "NotificationConfiguration");
    if (!root) {
        return malformed_xml();
    }
    if (child(root, "EventBridgeConfiguration")) {
        return not_implemented("EventBridgeConfiguration");
    }
    for (const auto& [element, arn] : kOthers) {
        if (const pugi::xml_node node = child(root, element)) {
            return no_destination(text_of(node, arn));
        }
    }
    std::vector<NotificationRule> rules;
    for (const auto& [element, arn] : kFunctions) {
        for (const pugi::xml_node& node : children(root, element)) {
            LAMBENT_TRY(NotificationRule rule, read_rule(node, arn, functions));
            rules.push_back(std::move(rule));
        }
    }
    return rules;
}

std::string notification_document(
    const std::vector<NotificationRule>& rules, const S3Config& config
) {
    const std::string arn = "arn:aws:lambda:" + config.region + ":" + config.account + ":function:";
    XmlWriter xml;
    xml.open("NotificationConfiguration", kNamespace);
    for (const NotificationRule& rule : rules) {
        xml.open("CloudFunctionConfiguration");
        xml.leaf("Id", rule.id);
        xml.leaf("CloudFunction", arn + rule.function);
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
    xml.close();
    return xml.take();
}

}  // namespace lambent::api::s3
