#include "app/daemon/door_floor.h"

#include "app/daemon/start_tools.h"
#include "app/daemon/stored_package.h"

#include <utility>

namespace lambent::app {
namespace {

api::s3::S3Config s3_config(const DaemonOptions& options) {
    api::s3::S3Config config;
    config.region = options.region;
    return config;
}

api::FrontDoorConfig front_door_config(const DaemonOptions& options, const Entrance& entrance) {
    api::FrontDoorConfig config;
    config.auth = options.auth;
    config.region = options.region;
    config.port = entrance.port;
    if (entrance.tls != nullptr) {
        config.certified_names = entrance.tls->names();
    }
    return config;
}

api::apigateway::GatewayConfig gateway_config(
    const DaemonOptions& options, const Entrance& entrance
) {
    api::apigateway::GatewayConfig config;
    config.region = options.region;
    config.port = entrance.port;
    config.scheme = entrance.scheme();
    config.checks_signatures = options.auth == api::AuthMode::kSigV4;
    config.reach = options.endpoints;
    return config;
}

api::admin::StartTools tools_of(Engine& engine, Stores& stores) {
    return start_tools(
        {engine.function_finder(),
         engine.environments,
         stores.packages,
         engine.runtimes,
         stores.workers}
    );
}

}  // namespace

DoorFloor::DoorFloor(
    const Ground& ground,
    const Entrance& entrance,
    Engine& engine,
    TriggerFloor& triggers,
    api::Credentials& credentials
)
    : engine_(engine),
      triggers_(triggers),
      credentials_(credentials),
      registered_(ground.stores.qualified_functions),
      lambda_(
          api::lambda::LambdaConfig{ground.options.region, entrance.port, entrance.scheme()},
          lambda_ports(ground),
          ground.log_of("lambda")
      ),
      function_urls_(
          api::urls::UrlConfig{ground.options.region, entrance.port},
          api::urls::UrlPorts{
              triggers.urls, engine.scheduler, engine.streams, ground.clocks.machine},
          ground.log_of("urls")
      ),
      gateway_(
          gateway_config(ground.options, entrance),
          api::apigateway::GatewayPorts{triggers.http_apis, triggers.rest_apis},
          ground.log_of("apigateway")
      ),
      apis_(
          gateway_config(ground.options, entrance),
          api::apigateway::ApiDoorPorts{
              triggers.http_apis, triggers.rest_apis, engine.streams, ground.clocks.machine},
          ground.log_of("apigateway")
      ),
      s3_(s3_config(ground.options),
          {triggers.objects,
           registered_,
           triggers.targets,
           triggers.lifecycle,
           credentials,
           ground.stores.workers,
           ground.clocks.machine},
          ground.log_of("s3")),
      logs_(api::logs::LogsConfig{ground.options.region}, engine.logs, ground.log_of("logs")),
      sts_(),
      autoscaling_(
          api::autoscaling::AutoscalingConfig{ground.options.region},
          engine.scaling,
          ground.log_of("autoscaling")
      ),
      events_(
          api::events::EventsConfig{ground.options.region},
          triggers.buses,
          ground.clocks.of_triggers(),
          ground.log_of("events")
      ),
      schedules_(
          api::schedules::SchedulesConfig{ground.options.region},
          triggers.schedules,
          ground.log_of("schedules")
      ),
      sqs_(triggers.queues, ground.log_of("sqs")),
      sns_(triggers.topics, ground.log_of("sns")),
      admin_(
          engine.scheduler,
          engine.records,
          tools_of(engine, ground.stores),
          api::admin::ClockControl(ground.clocks.of_triggers(), ground.clocks.stepped)
      ),
      front_door_(
          front_door_config(ground.options, entrance),
          services(),
          credentials,
          ground.clocks.machine,
          ground.log_of("front_door")
      ),
      server(ground.loop, http::ServerConfig{}, front_door_, ground.log_of("http")) {
    engine.cell_door.lead_to(server);
}

api::FrontDoor::Services DoorFloor::services() {
    return {
        lambda_,
        s3_,
        logs_,
        sts_,
        autoscaling_,
        events_,
        schedules_,
        sqs_,
        sns_,
        admin_,
        function_urls_,
        gateway_,
        apis_};
}

api::lambda::LambdaPorts DoorFloor::lambda_ports(const Ground& ground) {
    Stores& stores = ground.stores;
    return api::lambda::LambdaPorts{
        stores.functions,
        stores.aliases,
        stores.packages,
        engine_.scheduler,
        triggers_.events,
        engine_.concurrency,
        triggers_.async_settings,
        stores.workers,
        ground.clocks.machine,
        credentials_,
        engine_.function_finder(),
        [this](const std::string& function) { engine_.scheduler.retire(function); },
        [this](const scheduler::ProvisionedConfig& config) {
            return engine_.provisioned.status(config);
        },
        [this, &stores](std::string bucket, std::string key) {
            return read_stored_package(
                triggers_.objects, stores.workers, std::move(bucket), std::move(key)
            );
        },
        triggers_.mappings,
        engine_.streams,
        triggers_.urls};
}

}  // namespace lambent::app
