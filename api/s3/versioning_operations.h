#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// PutBucketVersioning, GetBucketVersioning and ListObjectVersions.
class VersioningOperations {
  public:
    VersioningOperations(triggers::ObjectStore& store, const S3Config& config)
        : store_(store), config_(config) {}

    Task<Answer<http::Response>> put(S3Call call);
    Task<Answer<http::Response>> get(S3Call call);
    Task<Answer<http::Response>> list(S3Call call);

  private:
    triggers::ObjectStore& store_;
    const S3Config& config_;
};

}  // namespace lambent::api::s3
