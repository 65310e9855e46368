#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/result.h"
#include "triggers/objects/object_store.h"

#include <string>

namespace lambent::app {

// A function's package that lies in a bucket (Code.S3Bucket, Code.S3Key): the object's bytes.
// kTooLarge beyond 250 MB, the most that a package may unpack to (lambda-facts section 1).
Task<Result<std::string>> read_stored_package(
    triggers::ObjectStore& objects, WorkerPool& workers, std::string bucket, std::string key
);

}  // namespace lambent::app
