#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

#include <string>
#include <utility>

namespace lambent::api::s3 {

// What is told when an object changes: S3's event structure 2 with one record to functions, queues
// and topics, S3's detail to an event bus. Immutable, so any thread may use it.
class S3EventWriter final : public triggers::ObjectEventWriter {
  public:
    explicit S3EventWriter(S3Config config) : config_(std::move(config)) {}
    std::string document(const triggers::NotificationRule& rule, const triggers::ObjectEvent& event)
        override;
    scheduler::TargetMessage message(
        const triggers::NotificationRule& rule, const triggers::ObjectEvent& event
    ) override;

  private:
    const S3Config config_;
};

// How keys are written in events: percent-encoded, '/' as it is, a space as '+'.
std::string event_key(const std::string& key);

// What a queue or topic gets when a bucket begins to send to it.
std::string test_event(const std::string& bucket, WallTime now, const std::string& request_id);

std::string bucket_arn(const std::string& bucket);

}  // namespace lambent::api::s3
