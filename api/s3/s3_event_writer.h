#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

#include <string>
#include <utility>

namespace lambent::api::s3 {

// The document a function gets when an object changes: S3's event structure 2.1 with one record.
// Immutable, so any thread may use it.
class S3EventWriter final : public triggers::ObjectEventWriter {
  public:
    explicit S3EventWriter(S3Config config) : config_(std::move(config)) {}
    std::string document(const triggers::NotificationRule& rule, const triggers::ObjectEvent& event)
        override;

  private:
    const S3Config config_;
};

// How keys are written in events: percent-encoded, '/' as it is, a space as '+'.
std::string event_key(const std::string& key);

}  // namespace lambent::api::s3
