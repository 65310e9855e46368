#include "triggers/objects/object_change.h"

#include "base/ids.h"
#include "triggers/objects/notification_match.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

namespace lambent::triggers {
namespace {

// Sixteen upper-case digits, as S3's; consumers compare them as text.
std::string sequencer_text(std::int64_t sequence) {
    char text[24];
    std::snprintf(text, sizeof(text), "%016llX", static_cast<unsigned long long>(sequence));
    return text;
}

std::int64_t unix_us(WallTime time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

Result<void> check(const WriteCondition& condition, const std::optional<ObjectInfo>& current) {
    switch (condition.kind) {
        case WriteCondition::Kind::kNone:
            return {};
        case WriteCondition::Kind::kAbsent:
            if (current) {
                return Error(Code::kConflict, "precondition", "an object of that key exists");
            }
            return {};
        case WriteCondition::Kind::kEtag:
            if (!current) {
                return Error(Code::kNotFound, "object", "there is no object of that key");
            }
            if (current->etag != condition.etag) {
                return Error(Code::kConflict, "precondition", "the object is another one now");
            }
            return {};
    }
    return {};
}

}  // namespace

Result<void> ObjectChange::put(
    const ObjectInfo& object,
    ObjectEventKind kind,
    const Cause& cause,
    const WriteCondition& condition
) {
    LAMBENT_TRY(const auto current, objects_.find(object.bucket, object.key));
    LAMBENT_TRY(check(condition, current));
    LAMBENT_TRY(objects_.put(object));
    if (current && current->blob != object.blob) {
        release(current->blob);
    }
    return raise(object, kind, cause);
}

Result<bool> ObjectChange::remove(
    const std::string& bucket, const std::string& key, const Cause& cause
) {
    LAMBENT_TRY(const auto current, objects_.find(bucket, key));
    if (!current) {
        return false;
    }
    LAMBENT_TRY(objects_.erase(bucket, key));
    release(current->blob);
    LAMBENT_TRY(raise(*current, ObjectEventKind::kRemovedDelete, cause));
    return true;
}

Result<void> ObjectChange::raise(
    const ObjectInfo& object, ObjectEventKind kind, const Cause& cause
) {
    LAMBENT_TRY(const std::vector<NotificationRule> rules, objects_.rules(object.bucket));
    std::optional<ObjectEvent> event;
    for (const NotificationRule& rule : rules) {
        if (!notification_match(rule, kind, object.key)) {
            continue;
        }
        if (!event) {
            LAMBENT_TRY(const auto sequence, objects_.next_sequence(unix_us(tools_.now)));
            event = ObjectEvent{
                kind,
                object,
                tools_.now,
                sequencer_text(sequence),
                cause.request_id,
                cause.source_ip,
                cause.principal};
        }
        scheduler::AsyncEvent invocation;
        invocation.request_id = random_uuid();
        invocation.function = rule.function;
        invocation.payload = tools_.writer.document(rule, *event);
        invocation.accepted_ms = unix_ms(tools_.now);
        invocation.due_ms = invocation.accepted_ms;
        LAMBENT_TRY(tools_.events.enqueue_in(session_, invocation));
        raised_ = true;
    }
    return {};
}

Result<std::vector<std::string>> ObjectChange::unused_blobs() {
    std::sort(released_.begin(), released_.end());
    released_.erase(std::unique(released_.begin(), released_.end()), released_.end());
    std::vector<std::string> unused;
    for (std::string& blob : released_) {
        LAMBENT_TRY(const bool used, objects_.is_used(blob));
        if (!used) {
            unused.push_back(std::move(blob));
        }
    }
    return unused;
}

}  // namespace lambent::triggers
