#pragma once

#include "scheduler/targets.h"
#include "triggers/topics/notification_writer.h"
#include "triggers/topics/subscription_plan.h"
#include "triggers/topics/topic.h"

namespace lambent::triggers {

// What one subscriber is sent, and how long it is tried.
struct TopicDelivery {
    scheduler::TargetMessage message;
    scheduler::DeliveryRules rules;
};

// Pure but for the id of the delivery, which is new each time.
TopicDelivery delivery_to(
    const SubscriptionPlan& plan,
    const TopicMessage& message,
    const PublishedMessage& published,
    const NotificationWriter& writer
);

// What a web endpoint is asked with whether it wants to be sent to.
TopicDelivery confirmation_to(
    const Subscription& subscription, std::int64_t now_ms, const NotificationWriter& writer
);

// What a message to a web endpoint says of itself, among its attributes.
inline constexpr char kWebMessageType[] = "message-type";
inline constexpr char kWebQuestion[] = "SubscriptionConfirmation";  // as a type
inline constexpr char kWebMessageId[] = "message-id";
inline constexpr char kWebIsRaw[] = "raw";

// What another resource sends to a topic, as a message: S3's have the subject that S3 gives them,
// and FIFO topics know again what was sent twice.
TopicMessage topic_message_of(scheduler::TargetMessage message, TopicKind kind);

}  // namespace lambent::triggers
