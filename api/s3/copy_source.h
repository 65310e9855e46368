#pragma once

#include "api/s3/s3_call.h"

namespace lambent::api::s3 {

// x-amz-copy-source: bucket and key, percent-encoded, perhaps with "?versionId=null".
Answer<Target> read_copy_source(const S3Call& call);

// x-amz-copy-source-if-*: everything that is not "go on" is a failed precondition.
Answer<void> check_copy_conditions(const S3Call& call, const triggers::ObjectInfo& source);

}  // namespace lambent::api::s3
