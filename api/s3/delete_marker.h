#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// What an operation on an object answers when the store refused: of a delete marker in the way, S3
// tells the version in headers.
Task<Answer<http::Response>> refused_object(
    triggers::ObjectStore& store, const S3Call& call, Error error
);

}  // namespace lambent::api::s3
