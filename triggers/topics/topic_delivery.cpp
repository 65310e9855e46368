#include "triggers/topics/topic_delivery.h"

#include "base/ids.h"
#include "triggers/topics/topic_rules.h"

#include <chrono>
#include <utility>

namespace lambent::triggers {
namespace {

// SNS's delivery policy for the endpoints that AWS runs: 100,015 retries over 23 days.
constexpr std::uint32_t kRetriesMax = 100'015;
constexpr std::int64_t kAgeMsMax = std::chrono::milliseconds(std::chrono::hours(23 * 24)).count();

constexpr std::int64_t kWebAgeMsMax = 3'600'000;

bool is_fifo(const std::string& arn) {
    return arn.ends_with(".fifo");
}

void add_raw_attributes(
    const std::map<std::string, TopicAttribute>& attributes, TopicDelivery& delivery
) {
    for (const auto& [name, attribute] : attributes) {
        if (attribute.type == "String") {
            delivery.message.attributes[name] = attribute.value;
            delivery.rules.dead_letter_attributes[name] = attribute.value;
        } else if (attribute.type == "Number") {
            delivery.message.number_attributes[name] = attribute.value;
        } else {
            delivery.message.other_attributes[name] = attribute;
        }
    }
}

// A web endpoint is sent to by way of its subscription, and for an hour at most.
void make_web_delivery(
    const Subscription& subscription,
    const char* type,
    const std::string& message_id,
    TopicDelivery& delivery
) {
    delivery.rules.age_ms_max = kWebAgeMsMax;
    delivery.message.id = random_uuid();
    delivery.message.source_arn = subscription.topic_arn;
    delivery.message.target_arn = subscription.arn;
    delivery.message.attributes = {{kWebMessageType, type}, {kWebMessageId, message_id}};
}

TopicDelivery web_delivery_to(
    const SubscriptionPlan& plan, const Notification& notification, const NotificationWriter& writer
) {
    TopicDelivery delivery;
    make_web_delivery(plan.subscription, "Notification", notification.published.id, delivery);
    delivery.rules.attempts_max = plan.retries_max;
    delivery.rules.dead_letter_arn = plan.dead_letter_arn;
    delivery.message.trace_header = notification.message.trace_header;
    if (plan.is_raw) {
        delivery.message.attributes[kWebIsRaw] = "true";
        delivery.message.body = notification.message.body_for(plan.subscription.protocol);
    } else {
        delivery.message.body = writer.envelope(notification);
    }
    return delivery;
}

}  // namespace

TopicDelivery confirmation_to(
    const Subscription& subscription, std::int64_t now_ms, const NotificationWriter& writer
) {
    PublishedMessage asked;
    asked.id = random_uuid();
    asked.published_ms = now_ms;
    TopicDelivery delivery;
    make_web_delivery(subscription, kWebQuestion, asked.id, delivery);
    delivery.rules.attempts_max = SubscriptionPlan().retries_max;
    delivery.message.body = writer.confirmation(subscription, asked);
    return delivery;
}

TopicDelivery delivery_to(
    const SubscriptionPlan& plan,
    const TopicMessage& message,
    const PublishedMessage& published,
    const NotificationWriter& writer
) {
    const Subscription& subscription = plan.subscription;
    const Notification notification{subscription, message, published};
    if (is_web(subscription.protocol)) {
        return web_delivery_to(plan, notification, writer);
    }
    TopicDelivery delivery;
    delivery.rules.attempts_max = kRetriesMax;
    delivery.rules.age_ms_max = kAgeMsMax;
    delivery.rules.dead_letter_arn = plan.dead_letter_arn;
    scheduler::TargetMessage& sent = delivery.message;
    sent.id = random_uuid();
    sent.target_arn = subscription.endpoint;
    sent.source_arn = subscription.topic_arn;
    sent.trace_header = message.trace_header;
    if (subscription.protocol == EndpointProtocol::kLambda) {
        sent.body = writer.function_event(notification);
        if (!plan.dead_letter_arn.empty()) {
            delivery.rules.dead_letter_body = writer.envelope(notification);
        }
        return delivery;
    }
    if (is_fifo(subscription.endpoint)) {
        sent.group_id = message.group_id;
        sent.deduplication_id = deduplication_id_of(message);
    } else if (!is_fifo(subscription.topic_arn)) {
        sent.group_id = message.group_id;
    }
    if (plan.is_raw) {
        sent.body = message.body_for(subscription.protocol);
        add_raw_attributes(message.attributes, delivery);
    } else {
        sent.body = writer.envelope(notification);
    }
    return delivery;
}

TopicMessage topic_message_of(scheduler::TargetMessage message, TopicKind kind) {
    TopicMessage fresh;
    if (message.source_arn.starts_with("arn:aws:s3:")) {
        fresh.subject = "Amazon S3 Notification";
    }
    for (auto& [name, value] : message.attributes) {
        fresh.attributes[name] = {"String", std::move(value)};
    }
    for (auto& [name, value] : message.number_attributes) {
        fresh.attributes[name] = {"Number", std::move(value)};
    }
    fresh.attributes.merge(message.other_attributes);
    // SNS has none without a value, and what was meant to be told must not be lost for that.
    std::erase_if(fresh.attributes, [](const auto& one) { return one.second.value.empty(); });
    fresh.body = std::move(message.body);
    fresh.trace_header = std::move(message.trace_header);
    fresh.group_id = std::move(message.group_id);
    if (kind == TopicKind::kFifo) {
        const bool has_id = !message.deduplication_id.empty();
        fresh.deduplication_id = has_id ? std::move(message.deduplication_id) : message.id;
    }
    fresh.idempotence_key = std::move(message.id);
    return fresh;
}

}  // namespace lambent::triggers
