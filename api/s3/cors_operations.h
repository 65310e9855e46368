#pragma once

#include "api/s3/cors_rules.h"
#include "api/s3/s3_call.h"
#include "api/s3/setting_cache.h"
#include "triggers/objects/object_store.h"

#include <optional>

namespace lambent::api::s3 {

// PutBucketCors, GetBucketCors, DeleteBucketCors, and what the rules mean for a browser's requests:
// its question beforehand, and what is added to answers. Owned by the service.
class CorsOperations {
  public:
    explicit CorsOperations(triggers::ObjectStore& store);

    Task<Answer<http::Response>> put(S3Call call);
    Task<Answer<http::Response>> get(S3Call call);
    Task<Answer<http::Response>> erase(S3Call call);
    // OPTIONS: may a page do what it is about to do? Needs no signature, and tells nothing else.
    Task<Answer<http::Response>> preflight(S3Call call);

    // The headers for the answer to a page of another origin; nothing when no rule allows it.
    Task<std::optional<http::Headers>> headers_for(const S3Call& call);
    void forget(const std::string& bucket) { rules_.forget(bucket); }

  private:
    triggers::ObjectStore& store_;
    SettingCache<CorsRules> rules_;
};

}  // namespace lambent::api::s3
