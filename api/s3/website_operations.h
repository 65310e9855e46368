#pragma once

#include "api/s3/access_guard.h"
#include "api/s3/object_operations.h"
#include "api/s3/s3_call.h"
#include "api/s3/setting_cache.h"
#include "api/s3/website_rules.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// PutBucketWebsite, GetBucketWebsite, DeleteBucketWebsite, and the pages themselves: what everybody
// may read, under names that browsers use. Owned by the service.
class WebsiteOperations {
  public:
    WebsiteOperations(triggers::ObjectStore& store, ObjectOperations& objects, AccessGuard& guard);

    Task<Answer<http::Response>> put(S3Call call);
    Task<Answer<http::Response>> get(S3Call call);
    Task<Answer<http::Response>> erase(S3Call call);
    // A browser's request to a website's host; errors are pages too.
    Task<http::Response> show(S3Call call);
    void forget(const std::string& bucket) { websites_.forget(bucket); }

  private:
    Task<Answer<http::Response>> page(const S3Call& call, const Website& website);
    Task<Answer<http::Response>> read(S3Call call, std::string key);
    Task<http::Response> error_response(const S3Call& call, const Website* website, AwsError error);

    triggers::ObjectStore& store_;
    ObjectOperations& objects_;
    AccessGuard& guard_;
    SettingCache<Website> websites_;
};

}  // namespace lambent::api::s3
