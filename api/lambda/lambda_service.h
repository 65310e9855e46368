#pragma once

#include "api/wire/credentials.h"
#include "api/wire/errors.h"
#include "api/wire/service.h"
#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "runtime/functions/alias_registry.h"
#include "runtime/functions/function_registry.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async_queue.h"
#include "scheduler/concurrency_settings.h"
#include "scheduler/find_function.h"
#include "scheduler/invocation.h"
#include "scheduler/provisioned_concurrency.h"
#include "scheduler/streamed_invocations.h"
#include "triggers/http/function_urls.h"
#include "triggers/sources/event_source_mappings.h"

#include <cstdint>
#include <functional>
#include <string>

namespace lambent::api::lambda {

struct LambdaConfig {
    std::string region = "us-east-1";
    std::uint16_t port = 4566;  // of the addresses that it hands out for functions
    std::string scheme = "http";
};

// What the Lambda door needs of the rooms below; all of it outlives the door.
struct LambdaPorts {
    runtime::FunctionRegistry& functions;
    runtime::AliasRegistry& aliases;
    runtime::PackageStore& packages;
    scheduler::Invoker& invoker;
    scheduler::AsyncQueue& events;
    scheduler::ConcurrencySettings& concurrency;
    scheduler::AsyncSettings& async_settings;
    WorkerPool& workers;
    const Clock& clock;
    const Credentials& credentials;  // whose keys sign the addresses that the door hands out
    // By name and qualifier: QualifiedFunctions::find.
    scheduler::FindFunction find_function;
    // No invocation that starts after this returns runs an earlier revision of the function.
    std::function<void(const std::string& function)> retire;
    // How far provisioned concurrency has come.
    std::function<scheduler::ProvisionedStatus(const scheduler::ProvisionedConfig& config)>
        provisioned_status;
    // A package that lies in a bucket. kNotFound with subject "bucket" or "object".
    std::function<Task<Result<std::string>>(std::string bucket, std::string key)> read_object;
    triggers::EventSourceMappings& mappings;
    scheduler::StreamedInvocations& streams;
    triggers::FunctionUrls& urls;
};

// The Lambda API (REST-JSON): parses, calls, renders; decides nothing that is not wire format. The
// root key may do everything, a function's key may invoke.
class LambdaService final : public Service {
  public:
    LambdaService(LambdaConfig config, LambdaPorts ports, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    AwsError told(AwsError error, const std::string& request_id, bool is_root) const;

    LambdaConfig config_;
    LambdaPorts ports_;
    Logger log_;
};

}  // namespace lambent::api::lambda
