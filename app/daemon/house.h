#pragma once

#include "api/admin/admin_service.h"
#include "api/autoscaling/autoscaling_service.h"
#include "api/lambda/lambda_service.h"
#include "api/logs/logs_service.h"
#include "api/s3/s3_event_writer.h"
#include "api/s3/s3_service.h"
#include "api/sqs/sqs_service.h"
#include "api/sts/sts_service.h"
#include "api/wire/credentials.h"
#include "api/wire/front_door.h"
#include "app/daemon/bucket_target.h"
#include "app/daemon/cell_door.h"
#include "app/daemon/daemon.h"
#include "app/daemon/endpoint_file.h"
#include "app/daemon/foundation.h"
#include "app/daemon/registered_functions.h"
#include "app/daemon/root_key.h"
#include "app/daemon/stores.h"
#include "app/daemon/targets.h"
#include "base/http/server.h"
#include "runtime/environment/sandbox_environment_factory.h"
#include "runtime/logs/sql_log_store.h"
#include "sandbox/namespace_sandbox.h"
#include "scheduler/async/async_pump.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async/sql_async_queue.h"
#include "scheduler/concurrency_settings.h"
#include "scheduler/outbox/outbox_pump.h"
#include "scheduler/outbox/sql_outbox.h"
#include "scheduler/provisioned_concurrency.h"
#include "scheduler/scaling/auto_scaling.h"
#include "scheduler/scaling/provisioned_capacity.h"
#include "scheduler/scheduler.h"
#include "triggers/objects/object_store.h"
#include "triggers/queue/queue_service.h"

#include <memory>
#include <optional>

namespace lambent::app {

// All rooms of one daemon on one event loop, wired here and nowhere else: what the program contains
// is what this class holds, in the order in which its members need one another.
class House {
  public:
    struct Clocks {
        const Clock& machine;
        SteppedClock* stepped;  // what triggers go by, if not by the machine's; may be null
        const Clock& of_triggers() const { return stepped != nullptr ? *stepped : machine; }
    };

    House(
        const boost::asio::any_io_executor& loop,
        const DaemonOptions& options,
        Foundation foundation,
        const Clocks& clocks,
        Stores& stores,
        const Logger& log
    );

    // Reads what is stored; async events that wait from a former life run again.
    Task<Result<void>> open(RootKey owner);
    // Opens the front door, and says so in endpoint.json.
    Result<void> serve();
    // No new requests; running invocations end; cells go; logs to disk.
    Task<> close();

  private:
    void connect();
    void raise_stems();
    scheduler::FindFunction function_finder() const;
    scheduler::Scheduler::Ports scheduler_ports(const Clock& clock);
    scheduler::AsyncPorts async_ports(const Clock& clock);
    api::lambda::LambdaPorts lambda_ports(const Clock& clock);
    api::admin::StartTools admin_tools();

    const DaemonOptions options_;
    Logger log_;
    Foundation foundation_;
    Stores& stores_;
    runtime::SqlLogStore logs_;
    runtime::RuntimeCatalog runtimes_;
    api::Credentials credentials_;
    CellDoor cell_door_;
    std::unique_ptr<sandbox::NamespaceSandbox> sandbox_;
    runtime::SandboxEnvironmentFactory environments_;
    scheduler::RateCard rate_card_;
    scheduler::RecordStore records_;
    scheduler::Scheduler scheduler_;
    scheduler::ConcurrencySettings concurrency_;
    scheduler::ProvisionedConcurrency provisioned_;
    scheduler::ProvisionedCapacity capacity_;
    scheduler::AutoScaling scaling_;
    scheduler::SqlAsyncQueue events_;
    scheduler::AsyncSettings async_settings_;
    scheduler::SqlOutbox outbox_;
    scheduler::AsyncPump pump_;
    FunctionTarget function_target_;
    TargetDirectory targets_;
    scheduler::OutboxPump outbox_pump_;
    api::s3::S3EventWriter event_writer_;
    triggers::ObjectStore objects_;
    BucketTarget bucket_target_;
    triggers::QueueService queues_;
    RegisteredFunctions registered_;
    api::lambda::LambdaService lambda_;
    api::s3::S3Service s3_;
    api::logs::LogsService log_service_;
    api::sts::StsService sts_;
    api::autoscaling::AutoscalingService autoscaling_;
    api::sqs::SqsService sqs_;
    api::admin::AdminService admin_;
    api::FrontDoor front_door_;
    http::Server server_;
    std::optional<EndpointFile> endpoint_file_;
};

}  // namespace lambent::app
