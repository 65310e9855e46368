#pragma once

#include "api/s3/notification_document.h"
#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// What is configured about a bucket or object: notifications, and the plain answers of a bucket
// that nobody has configured, which is what tools ask for before they do anything.
class ConfigurationOperations {
  public:
    ConfigurationOperations(
        triggers::ObjectStore& store, const FunctionLookup& functions, const S3Config& config
    )
        : store_(store), functions_(functions), config_(config) {}

    Task<Answer<http::Response>> put_notifications(S3Call call);
    Task<Answer<http::Response>> get_notifications(S3Call call);
    // GET ?acl, ?versioning, ?policy, … of a bucket.
    Task<Answer<http::Response>> bucket_default(S3Call call);
    // DELETE ?policy and the like: there is none, so it is gone.
    Task<Answer<http::Response>> bucket_nothing_to_delete(S3Call call);
    Task<Answer<http::Response>> object_acl(S3Call call);
    Task<Answer<http::Response>> object_tags(S3Call call);

  private:
    triggers::ObjectStore& store_;
    const FunctionLookup& functions_;
    const S3Config& config_;
};

}  // namespace lambent::api::s3
