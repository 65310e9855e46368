#pragma once

#include "triggers/topics/notification_writer.h"

#include <string>

namespace lambent::api::sns {

// What subscribers of a topic get, as SNS writes it. The signature is a keyed hash of what SNS
// signs, by a key that nobody outside has. Immutable, so any thread may use it.
class SnsEventWriter final : public triggers::NotificationWriter {
  public:
    // The endpoint is for links: "http://127.0.0.1:4566".
    explicit SnsEventWriter(std::string endpoint);

    std::string envelope(const triggers::Notification& notification) const override;
    std::string confirmation(
        const triggers::Subscription& subscription, const triggers::PublishedMessage& asked
    ) const override;
    std::string function_event(const triggers::Notification& notification) const override;

  private:
    std::string signature(const triggers::Notification& notification) const;
    std::string certificate_url() const;
    std::string unsubscribe_url(const triggers::Notification& notification) const;

    const std::string endpoint_;
    const std::string key_;
};

}  // namespace lambent::api::sns
