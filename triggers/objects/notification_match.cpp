#include "triggers/objects/notification_match.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace lambent::triggers {
namespace {

// Every event that S3 accepts in a rule. Those that this store never raises are accepted too, so
// that existing configurations work; they stay silent.
constexpr std::array<std::string_view, 29> kEvents = {
    "s3:ReducedRedundancyLostObject",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectAcl:Put",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAnnotation:*",
    "s3:TestEvent",
};

// In the order of ObjectEventKind.
constexpr std::array<std::string_view, 10> kEventNames = {
    "ObjectCreated:Put",
    "ObjectCreated:Post",
    "ObjectCreated:Copy",
    "ObjectCreated:CompleteMultipartUpload",
    "ObjectRemoved:Delete",
    "ObjectRemoved:DeleteMarkerCreated",
    "ObjectTagging:Put",
    "ObjectTagging:Delete",
    "LifecycleExpiration:Delete",
    "LifecycleExpiration:DeleteMarkerCreated",
};

// "s3:ObjectCreated:*" covers "s3:ObjectCreated:Put"; a plain name covers itself.
bool covers(std::string_view pattern, std::string_view name) {
    if (pattern.ends_with(":*")) {
        return name.starts_with(pattern.substr(0, pattern.size() - 1));
    }
    return pattern == name;
}

bool share_an_event(const NotificationRule& a, const NotificationRule& b) {
    for (const std::string& left : a.events) {
        for (const std::string& right : b.events) {
            if (covers(left, right) || covers(right, left)) {
                return true;
            }
        }
    }
    return false;
}

bool prefixes_overlap(std::string_view a, std::string_view b) {
    return a.starts_with(b) || b.starts_with(a);
}

bool suffixes_overlap(std::string_view a, std::string_view b) {
    return a.ends_with(b) || b.ends_with(a);
}

Result<void> check_pair(const NotificationRule& a, const NotificationRule& b) {
    if (!share_an_event(a, b) || !prefixes_overlap(a.prefix, b.prefix) ||
        !suffixes_overlap(a.suffix, b.suffix)) {
        return {};
    }
    const bool unfiltered =
        (a.prefix.empty() && a.suffix.empty()) || (b.prefix.empty() && b.suffix.empty());
    if (unfiltered || (a.prefix == b.prefix && a.suffix == b.suffix)) {
        return Error(
            Code::kInvalidArgument,
            "rules_overlap",
            "Configurations overlap. Configurations on the same bucket cannot share a common "
            "event type."
        );
    }
    return Error(
        Code::kInvalidArgument,
        "rules_ambiguous",
        "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if "
        "the prefixes are overlapping for the same event type."
    );
}

Result<void> check_events(const NotificationRule& rule) {
    for (const std::string& event : rule.events) {
        if (std::find(kEvents.begin(), kEvents.end(), event) == kEvents.end()) {
            return Error(
                Code::kInvalidArgument,
                "event",
                "The event '" + event + "' is not supported for notifications"
            );
        }
    }
    return {};
}

}  // namespace

std::string_view event_name(ObjectEventKind kind) {
    return kEventNames.at(static_cast<std::size_t>(kind));
}

bool notification_match(const NotificationRule& rule, ObjectEventKind kind, std::string_view key) {
    if (rule.kind == TargetKind::kEventBus) {
        return true;
    }
    const std::string name = "s3:" + std::string(event_name(kind));
    const bool wanted =
        std::any_of(rule.events.begin(), rule.events.end(), [&name](const std::string& pattern) {
            return covers(pattern, name);
        });
    // A key shorter than both filters together may match both with the same characters, as in S3.
    return wanted && key.starts_with(rule.prefix) && key.ends_with(rule.suffix);
}

Result<void> check_rules(const std::vector<NotificationRule>& rules) {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        LAMBENT_TRY(check_events(rules[i]));
        if (!ids.insert(rules[i].id).second) {
            return Error(
                Code::kInvalidArgument,
                "rule_id",
                "Same ID used for multiple configurations. IDs must be unique"
            );
        }
        for (std::size_t j = 0; j < i; ++j) {
            LAMBENT_TRY(check_pair(rules[j], rules[i]));
        }
    }
    return {};
}

}  // namespace lambent::triggers
