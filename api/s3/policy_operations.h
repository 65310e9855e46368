#pragma once

#include "api/s3/access_guard.h"
#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// PutBucketPolicy, GetBucketPolicy, GetBucketPolicyStatus, DeleteBucketPolicy.
class PolicyOperations {
  public:
    PolicyOperations(triggers::ObjectStore& store, AccessGuard& guard)
        : store_(store), guard_(guard) {}

    Task<Answer<http::Response>> put(S3Call call);
    Task<Answer<http::Response>> get(S3Call call);
    Task<Answer<http::Response>> status(S3Call call);
    Task<Answer<http::Response>> erase(S3Call call);

  private:
    Task<Answer<std::string>> stored(const S3Call& call);

    triggers::ObjectStore& store_;
    AccessGuard& guard_;
};

}  // namespace lambent::api::s3
