#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// PutObject, GetObject, HeadObject, DeleteObject, DeleteObjects, CopyObject.
class ObjectOperations {
  public:
    explicit ObjectOperations(triggers::ObjectStore& store) : store_(store) {}

    Task<Answer<http::Response>> put(S3Call call);
    Task<Answer<http::Response>> get(S3Call call);
    Task<Answer<http::Response>> remove(S3Call call);
    Task<Answer<http::Response>> remove_many(S3Call call);
    Task<Answer<http::Response>> copy(S3Call call);

  private:
    triggers::ObjectStore& store_;
};

}  // namespace lambent::api::s3
