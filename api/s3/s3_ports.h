#pragma once

#include "api/s3/notification_document.h"
#include "api/wire/credentials.h"
#include "base/async/offload.h"
#include "base/clock.h"
#include "scheduler/targets.h"
#include "triggers/objects/object_lifecycle.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// What the S3 door stands on; all outlive it.
struct S3Ports {
    triggers::ObjectStore& store;
    const FunctionLookup& functions;
    scheduler::Targets& targets;  // where queues and topics are asked whether they exist
    triggers::ObjectLifecycle& lifecycle;
    const Credentials& credentials;  // that browsers' forms may be signed with
    WorkerPool& workers;
    const Clock& clock;
};

}  // namespace lambent::api::s3
