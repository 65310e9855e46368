#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// ListObjects (marker) and ListObjectsV2 (continuation tokens).
class ListOperations {
  public:
    ListOperations(triggers::ObjectStore& store, const S3Config& config)
        : store_(store), config_(config) {}

    Task<Answer<http::Response>> objects(S3Call call);  // either, by list-type

  private:
    Task<Answer<http::Response>> objects_v1(S3Call call);
    Task<Answer<http::Response>> objects_v2(S3Call call);

    triggers::ObjectStore& store_;
    const S3Config& config_;
};

}  // namespace lambent::api::s3
