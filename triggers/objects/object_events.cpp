// What a change tells others: the half of ObjectChange that raises events.
#include "base/failpoint.h"
#include "base/ids.h"
#include "triggers/objects/notification_match.h"
#include "triggers/objects/object_change.h"

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

}  // namespace

Result<void> ObjectChange::raise(
    const ObjectInfo& object, ObjectEventKind kind, const Cause& cause
) {
    LAMBENT_TRY(const std::vector<NotificationRule> rules, buckets_.rules(object.bucket));
    std::optional<ObjectEvent> event;
    for (const NotificationRule& rule : rules) {
        if (!notification_match(rule, kind, object.key)) {
            continue;
        }
        if (!event) {
            LAMBENT_TRY(const std::int64_t sequence, next_sequence());
            event = ObjectEvent{
                kind,
                object,
                tools_.now,
                sequencer_text(sequence),
                cause.request_id,
                cause.source_ip,
                cause.principal,
                cause.trace_header};
        }
        LAMBENT_TRY(send(rule, *event));
        failpoint("object.event.sent");
    }
    return {};
}

Result<void> ObjectChange::send(const NotificationRule& rule, const ObjectEvent& event) {
    if (rule.kind != TargetKind::kFunction) {
        scheduler::TargetMessage message = tools_.writer.message(rule, event);
        message.id = random_uuid();
        message.trace_header = event.trace_header;
        raised_.messages = true;
        return tools_.outbox.add_in(session_, message, scheduler::DeliveryRules());
    }
    scheduler::AsyncEvent invocation;
    invocation.request_id = random_uuid();
    invocation.function = rule.target;
    invocation.payload = tools_.writer.document(rule, event);
    invocation.accepted_ms = unix_ms(tools_.now);
    invocation.due_ms = invocation.accepted_ms;
    raised_.invocations = true;
    return tools_.events.enqueue_in(session_, invocation);
}

}  // namespace lambent::triggers
