#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation.
class BucketOperations {
  public:
    BucketOperations(triggers::ObjectStore& store, const S3Config& config)
        : store_(store), config_(config) {}

    Task<Answer<http::Response>> list(S3Call call);
    Task<Answer<http::Response>> create(S3Call call);
    Task<Answer<http::Response>> head(S3Call call);
    Task<Answer<http::Response>> remove(S3Call call);
    Task<Answer<http::Response>> location(S3Call call);

  private:
    triggers::ObjectStore& store_;
    const S3Config& config_;
};

}  // namespace lambent::api::s3
