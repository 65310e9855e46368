#pragma once

#include "scheduler/targets.h"
#include "triggers/objects/object_store.h"

namespace lambent::app {

// The way to buckets: "arn:aws:s3:::bucket/key" becomes an object, which may raise events itself.
class BucketTarget {
  public:
    explicit BucketTarget(triggers::ObjectStore& objects) : objects_(objects) {}

    // kNotFound when there is no such bucket.
    Task<Result<void>> send(scheduler::TargetMessage message);

  private:
    triggers::ObjectStore& objects_;
};

}  // namespace lambent::app
