#pragma once

#include "api/s3/access_guard.h"
#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// PutObject, GetObject, HeadObject, DeleteObject, DeleteObjects, CopyObject, GetObjectAttributes.
class ObjectOperations {
  public:
    ObjectOperations(triggers::ObjectStore& store, AccessGuard& guard)
        : store_(store), guard_(guard) {}

    Task<Answer<http::Response>> put(S3Call call);
    Task<Answer<http::Response>> get(S3Call call);
    Task<Answer<http::Response>> remove(S3Call call);
    Task<Answer<http::Response>> remove_many(S3Call call);
    Task<Answer<http::Response>> copy(S3Call call);
    Task<Answer<http::Response>> attributes(S3Call call);

  private:
    triggers::ObjectStore& store_;
    AccessGuard& guard_;
};

}  // namespace lambent::api::s3
