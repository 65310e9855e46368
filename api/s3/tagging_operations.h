#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// PutObjectTagging, GetObjectTagging, DeleteObjectTagging, and the same of buckets.
class TaggingOperations {
  public:
    explicit TaggingOperations(triggers::ObjectStore& store) : store_(store) {}

    Task<Answer<http::Response>> put_object(S3Call call);
    Task<Answer<http::Response>> get_object(S3Call call);
    Task<Answer<http::Response>> erase_object(S3Call call);
    Task<Answer<http::Response>> put_bucket(S3Call call);
    Task<Answer<http::Response>> get_bucket(S3Call call);
    Task<Answer<http::Response>> erase_bucket(S3Call call);

  private:
    triggers::ObjectStore& store_;
};

}  // namespace lambent::api::s3
