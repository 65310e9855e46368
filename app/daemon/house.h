#pragma once

#include "api/admin/admin_service.h"
#include "api/apigateway/gateway_service.h"
#include "api/apigateway/http_api_service.h"
#include "api/autoscaling/autoscaling_service.h"
#include "api/lambda/lambda_service.h"
#include "api/logs/logs_service.h"
#include "api/s3/s3_event_writer.h"
#include "api/s3/s3_service.h"
#include "api/sts/sts_service.h"
#include "api/urls/url_service.h"
#include "api/wire/credentials.h"
#include "api/wire/front_door.h"
#include "app/daemon/cell_door.h"
#include "app/daemon/daemon.h"
#include "app/daemon/endpoint_file.h"
#include "app/daemon/foundation.h"
#include "app/daemon/registered_functions.h"
#include "app/daemon/root_key.h"
#include "app/daemon/stores.h"
#include "base/http/server.h"
#include "runtime/environment/sandbox_environment_factory.h"
#include "runtime/logs/sql_log_store.h"
#include "sandbox/namespace_sandbox.h"
#include "scheduler/async/async_pump.h"
#include "scheduler/async/sql_async_queue.h"
#include "scheduler/concurrency_settings.h"
#include "scheduler/provisioned_concurrency.h"
#include "scheduler/scaling/auto_scaling.h"
#include "scheduler/scaling/provisioned_capacity.h"
#include "scheduler/scheduler.h"
#include "scheduler/streamed_invocations.h"
#include "triggers/gateway/http_apis.h"
#include "triggers/http/function_urls.h"
#include "triggers/objects/object_store.h"

#include <memory>
#include <optional>

namespace lambent::app {

// All rooms of one daemon on one event loop, wired here and nowhere else: what the program contains
// is what this class holds, in the order in which its members need one another.
class House {
  public:
    House(
        const boost::asio::any_io_executor& loop,
        const DaemonOptions& options,
        Foundation foundation,
        const Clock& clock,
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
    scheduler::StreamedInvocations streams_;
    scheduler::ConcurrencySettings concurrency_;
    scheduler::ProvisionedConcurrency provisioned_;
    scheduler::ProvisionedCapacity capacity_;
    scheduler::AutoScaling scaling_;
    scheduler::SqlAsyncQueue events_;
    scheduler::AsyncPump pump_;
    api::s3::S3EventWriter event_writer_;
    triggers::ObjectStore objects_;
    triggers::FunctionUrls urls_;
    triggers::HttpApis http_apis_;
    RegisteredFunctions registered_;
    api::lambda::LambdaService lambda_;
    api::urls::UrlService url_service_;
    api::apigateway::GatewayService gateway_;
    api::apigateway::HttpApiService http_api_service_;
    api::s3::S3Service s3_;
    api::logs::LogsService log_service_;
    api::sts::StsService sts_;
    api::autoscaling::AutoscalingService autoscaling_;
    api::admin::AdminService admin_;
    api::FrontDoor front_door_;
    http::Server server_;
    std::optional<EndpointFile> endpoint_file_;
};

}  // namespace lambent::app
