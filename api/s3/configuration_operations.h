#pragma once

#include "api/s3/notification_document.h"
#include "api/s3/s3_call.h"
#include "api/s3/s3_ports.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// What is configured about a bucket or object: notifications, and the plain answers of a bucket
// that nobody has configured, which is what tools ask for before they do anything.
class ConfigurationOperations {
  public:
    ConfigurationOperations(const S3Ports& ports, const S3Config& config)
        : store_(ports.store),
          functions_(ports.functions),
          targets_(ports.targets),
          clock_(ports.clock),
          config_(config) {}

    Task<Answer<http::Response>> put_notifications(S3Call call);
    Task<Answer<http::Response>> get_notifications(S3Call call);
    // GET ?acl, ?versioning, ?policy, … of a bucket.
    Task<Answer<http::Response>> bucket_default(S3Call call);
    // DELETE ?policy and the like: there is none, so it is gone.
    Task<Answer<http::Response>> bucket_nothing_to_delete(S3Call call);
    Task<Answer<http::Response>> object_acl(S3Call call);

  private:
    Task<Answer<void>> try_destination(const S3Call& call, const triggers::NotificationRule& rule);

    triggers::ObjectStore& store_;
    const FunctionLookup& functions_;
    scheduler::Targets& targets_;
    const Clock& clock_;
    const S3Config& config_;
};

}  // namespace lambent::api::s3
