#pragma once

#include "api/s3/s3_call.h"
#include "api/s3/s3_ports.h"

namespace lambent::api::s3 {

// PutBucketLifecycleConfiguration, GetBucketLifecycleConfiguration, DeleteBucketLifecycle.
class LifecycleOperations {
  public:
    explicit LifecycleOperations(const S3Ports& ports)
        : store_(ports.store), lifecycle_(ports.lifecycle) {}

    Task<Answer<http::Response>> put(S3Call call);
    Task<Answer<http::Response>> get(S3Call call);
    Task<Answer<http::Response>> erase(S3Call call);

  private:
    triggers::ObjectStore& store_;
    triggers::ObjectLifecycle& lifecycle_;
};

}  // namespace lambent::api::s3
