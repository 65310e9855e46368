#pragma once

#include "triggers/topics/topic.h"

#include <string>

namespace lambent::triggers {

// One message on its way to one subscriber. Everything borrowed for the call.
struct Notification {
    const Subscription& subscription;
    const TopicMessage& message;
    const PublishedMessage& published;
};

// The documents that subscribers get, which are wire format. Immutable: called on any thread.
class NotificationWriter {
  public:
    virtual ~NotificationWriter() = default;
    // What a queue gets, and what a dead letter says.
    virtual std::string envelope(const Notification& notification) const = 0;
    // What a web endpoint is asked with whether it wants to be sent to.
    virtual std::string confirmation(
        const Subscription& subscription, const PublishedMessage& asked
    ) const = 0;
    // What a function is invoked with.
    virtual std::string function_event(const Notification& notification) const = 0;
};

}  // namespace lambent::triggers
