#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// If-None-Match: * and If-Match of a request that writes; decided in the write's transaction.
Answer<triggers::WriteCondition> read_write_condition(const S3Call& call);

// If-Match of a request that deletes: an ETag, or "*" for whatever is there.
Answer<triggers::WriteCondition> read_delete_condition(const S3Call& call);
triggers::WriteCondition delete_condition(std::string_view etag);

}  // namespace lambent::api::s3
