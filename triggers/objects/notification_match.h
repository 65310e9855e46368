#pragma once

#include "base/result.h"
#include "triggers/objects/object.h"

#include <string_view>
#include <vector>

namespace lambent::triggers {

// "ObjectCreated:Put": the name an event carries, without the "s3:" that rules write before it.
std::string_view event_name(ObjectEventKind kind);

// Whether `rule` asks for what happened to `key`. Pure.
bool notification_match(const NotificationRule& rule, ObjectEventKind kind, std::string_view key);

// Whether a bucket may have these rules together: every event is one S3 knows, ids are unique, and
// no two rules could both match one happening (S3 refuses such sets instead of choosing). Errors
// are kInvalidArgument with subject "event", "rule_id", "rules_overlap" or "rules_ambiguous" and
// S3's sentence as message.
Result<void> check_rules(const std::vector<NotificationRule>& rules);

}  // namespace lambent::triggers
