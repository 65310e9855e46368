#include "api/s3/lifecycle_document.h"

#include "api/s3/iso_time.h"
#include "api/s3/s3_call.h"
#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"
#include "base/ids.h"
#include "base/time_format.h"

#include <charconv>
#include <set>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::LifecycleFilter;
using triggers::LifecycleRule;
using triggers::LifecycleState;
using triggers::LoneMarkers;

constexpr std::size_t kLifecycleRulesMax = 1000;
constexpr std::size_t kRuleIdMax = 255;

AwsError invalid_rule(std::string message) {
    return AwsError(400, "InvalidArgument", std::move(message));
}

Answer<std::int64_t> positive_number(const pugi::xml_node& node, const std::string& refusal) {
    const std::string text = node.text().get();
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size()) {
        return malformed_xml();
    }
    if (number <= 0) {
        return invalid_rule(refusal);
    }
    return number;
}

Answer<std::optional<int>> days_of(const pugi::xml_node& node, const char* name, const char* what) {
    const pugi::xml_node days = child(node, name);
    if (!days) {
        return std::optional<int>();
    }
    const std::string refusal =
        std::string("'") + name + "' for " + what + " action must be a positive integer";
    LAMBENT_TRY(const std::int64_t number, positive_number(days, refusal));
    return std::optional<int>(static_cast<int>(std::min<std::int64_t>(number, 1'000'000)));
}

void read_tags(const pugi::xml_node& node, LifecycleFilter& filter) {
    for (const pugi::xml_node& tag : children(node, "Tag")) {
        filter.tags[text_of(tag, "Key")] = text_of(tag, "Value");
    }
}

Answer<void> read_sizes(const pugi::xml_node& node, LifecycleFilter& filter) {
    if (const pugi::xml_node above = child(node, "ObjectSizeGreaterThan")) {
        filter.size_above = above.text().as_ullong();
    }
    if (const pugi::xml_node below = child(node, "ObjectSizeLessThan")) {
        LAMBENT_TRY(
            filter.size_below,
            positive_number(below, "'ObjectSizeLessThan' must be a positive integer")
        );
    }
    return {};
}

// The old place of the prefix is the rule itself.
Answer<LifecycleFilter> read_lifecycle_filter(const pugi::xml_node& rule) {
    LifecycleFilter filter;
    const pugi::xml_node node = child(rule, "Filter");
    if (!node) {
        if (!child(rule, "Prefix")) {
            return malformed_xml();
        }
        filter.prefix = text_of(rule, "Prefix");
        return filter;
    }
    const pugi::xml_node all = child(node, "And");
    const pugi::xml_node source = all ? all : node;
    filter.prefix = text_of(source, "Prefix");
    read_tags(source, filter);
    LAMBENT_TRY(read_sizes(source, filter));
    return filter;
}

Answer<void> read_expiration(const pugi::xml_node& node, LifecycleRule& rule) {
    const pugi::xml_node expiration = child(node, "Expiration");
    if (!expiration) {
        return {};
    }
    LAMBENT_TRY(rule.days, days_of(expiration, "Days", "Expiration"));
    if (const std::string date = text_of(expiration, "Date"); !date.empty()) {
        rule.date = parse_iso_time(date);
        if (!rule.date || triggers::days_end(*rule.date, 0) != *rule.date) {
            return invalid_rule("'Date' must be at midnight GMT");
        }
    }
    const bool lone = text_of(expiration, "ExpiredObjectDeleteMarker") == "true";
    if ((rule.days ? 1 : 0) + (rule.date ? 1 : 0) + (lone ? 1 : 0) != 1) {
        return malformed_xml();
    }
    rule.lone_markers = lone ? LoneMarkers::kGo : LoneMarkers::kStay;
    return {};
}

Answer<void> read_noncurrent(const pugi::xml_node& node, LifecycleRule& rule) {
    const pugi::xml_node noncurrent = child(node, "NoncurrentVersionExpiration");
    if (!noncurrent) {
        return {};
    }
    LAMBENT_TRY(
        rule.noncurrent_days, days_of(noncurrent, "NoncurrentDays", "NoncurrentVersionExpiration")
    );
    if (!rule.noncurrent_days) {
        return malformed_xml();
    }
    if (const pugi::xml_node kept = child(noncurrent, "NewerNoncurrentVersions")) {
        LAMBENT_TRY(
            const std::int64_t number,
            positive_number(kept, "'NewerNoncurrentVersions' must be a positive integer")
        );
        rule.noncurrent_kept = static_cast<std::size_t>(number);
    }
    return {};
}

Answer<void> check_actions(const LifecycleRule& rule) {
    const bool has_some = rule.days || rule.date || rule.lone_markers == LoneMarkers::kGo ||
                          rule.noncurrent_days || rule.abort_days;
    if (!has_some) {
        return AwsError(
            400, "InvalidRequest", "At least one action needs to be specified in a rule"
        );
    }
    const bool by_tags = !rule.filter.tags.empty();
    if (by_tags && rule.abort_days) {
        return AwsError(
            400, "InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags"
        );
    }
    if (by_tags && rule.lone_markers == LoneMarkers::kGo) {
        return AwsError(
            400, "InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with Tags"
        );
    }
    return {};
}

Answer<LifecycleRule> read_lifecycle_rule(const pugi::xml_node& node) {
    for (const char* moves : {"Transition", "NoncurrentVersionTransition"}) {
        if (child(node, moves)) {
            return not_implemented(moves);
        }
    }
    LifecycleRule rule;
    rule.id = text_of(node, "ID");
    if (rule.id.empty()) {
        rule.id = random_uuid();
    }
    if (rule.id.size() > kRuleIdMax) {
        return invalid_rule("ID length should not exceed allowed limit of 255");
    }
    const std::string status = text_of(node, "Status");
    if (status != "Enabled" && status != "Disabled") {
        return malformed_xml();
    }
    rule.state = status == "Enabled" ? LifecycleState::kEnabled : LifecycleState::kDisabled;
    LAMBENT_TRY(rule.filter, read_lifecycle_filter(node));
    LAMBENT_TRY(read_expiration(node, rule));
    LAMBENT_TRY(read_noncurrent(node, rule));
    LAMBENT_TRY(
        rule.abort_days,
        days_of(
            child(node, "AbortIncompleteMultipartUpload"),
            "DaysAfterInitiation",
            "AbortIncompleteMultipartUpload"
        )
    );
    LAMBENT_TRY(check_actions(rule));
    return rule;
}

void write_lifecycle_filter(XmlWriter& xml, const LifecycleFilter& filter) {
    const std::size_t parts = (filter.prefix.empty() ? 0 : 1) + filter.tags.size() +
                              (filter.size_above ? 1 : 0) + (filter.size_below ? 1 : 0);
    xml.open("Filter");
    if (parts > 1) {
        xml.open("And");
    }
    if (!filter.prefix.empty() || parts == 0) {
        xml.leaf("Prefix", filter.prefix);
    }
    for (const auto& [key, value] : filter.tags) {
        xml.open("Tag");
        xml.leaf("Key", key);
        xml.leaf("Value", value);
        xml.close();
    }
    if (filter.size_above) {
        xml.leaf("ObjectSizeGreaterThan", std::to_string(*filter.size_above));
    }
    if (filter.size_below) {
        xml.leaf("ObjectSizeLessThan", std::to_string(*filter.size_below));
    }
    if (parts > 1) {
        xml.close();
    }
    xml.close();
}

void write_expiration(XmlWriter& xml, const LifecycleRule& rule) {
    if (!rule.days && !rule.date && rule.lone_markers == LoneMarkers::kStay) {
        return;
    }
    xml.open("Expiration");
    if (rule.days) {
        xml.leaf("Days", std::to_string(*rule.days));
    } else if (rule.date) {
        xml.leaf("Date", iso8601_ms(*rule.date));
    } else {
        xml.leaf("ExpiredObjectDeleteMarker", "true");
    }
    xml.close();
}

void write_lifecycle_rule(XmlWriter& xml, const LifecycleRule& rule) {
    xml.open("Rule");
    xml.leaf("ID", rule.id);
    write_lifecycle_filter(xml, rule.filter);
    xml.leaf("Status", rule.state == LifecycleState::kEnabled ? "Enabled" : "Disabled");
    write_expiration(xml, rule);
    if (rule.noncurrent_days) {
        xml.open("NoncurrentVersionExpiration");
        xml.leaf("NoncurrentDays", std::to_string(*rule.noncurrent_days));
        if (rule.noncurrent_kept > 0) {
            xml.leaf("NewerNoncurrentVersions", std::to_string(rule.noncurrent_kept));
        }
        xml.close();
    }
    if (rule.abort_days) {
        xml.open("AbortIncompleteMultipartUpload");
        xml.leaf("DaysAfterInitiation", std::to_string(*rule.abort_days));
        xml.close();
    }
    xml.close();
}

}  // namespace

Answer<std::vector<LifecycleRule>> parse_lifecycle(const std::string& text) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const auto nodes = children(child(document, "LifecycleConfiguration"), "Rule");
    if (nodes.empty() || nodes.size() > kLifecycleRulesMax) {
        return malformed_xml();
    }
    std::vector<LifecycleRule> rules;
    std::set<std::string> ids;
    for (const pugi::xml_node& node : nodes) {
        LAMBENT_TRY(LifecycleRule rule, read_lifecycle_rule(node));
        if (!ids.insert(rule.id).second) {
            return invalid_rule("Rule ID must be unique. Found same ID for more than one rule");
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

std::string lifecycle_document(const std::vector<LifecycleRule>& rules) {
    XmlWriter xml;
    xml.open("LifecycleConfiguration", kNamespace);
    for (const LifecycleRule& rule : rules) {
        write_lifecycle_rule(xml, rule);
    }
    xml.close();
    return xml.take();
}

}  // namespace lambent::api::s3
