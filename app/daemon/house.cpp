#include "app/daemon/house.h"

#include "app/daemon/start_tools.h"
#include "app/daemon/stored_package.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace lambent::app {
namespace {

// How long running invocations may go on after a stop was asked for.
constexpr std::chrono::seconds kDrain(10);

api::s3::S3Config s3_config(const DaemonOptions& options) {
    api::s3::S3Config config;
    config.region = options.region;
    return config;
}

triggers::QueueServiceConfig queue_config(const DaemonOptions& options) {
    triggers::QueueServiceConfig config;
    config.region = options.region;
    return config;
}

api::FrontDoorConfig front_door_config(const DaemonOptions& options, std::uint16_t port) {
    api::FrontDoorConfig config;
    config.auth = options.auth;
    config.region = options.region;
    config.port = port;
    return config;
}

runtime::EnvironmentConfig environment_config(const DaemonOptions& options) {
    runtime::EnvironmentConfig config;
    config.region = options.region;
    config.stems = options.stems;
    return config;
}

scheduler::SchedulerConfig scheduler_config(const DaemonOptions& options) {
    auto config = scheduler::SchedulerConfig::for_this_machine();
    config.keep_alive = options.keep_alive;
    config.account_concurrency = options.account_concurrency;
    config.requests_per_slot = options.requests_per_slot;
    if (options.memory_budget_bytes > 0) {
        config.memory_budget_mb = std::max<std::uint64_t>(1, options.memory_budget_bytes >> 20);
    }
    return config;
}

// Random numbers from 0 up to 1.
std::function<double()> random_share() {
    return [random = std::minstd_rand(std::random_device()())]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(random);
    };
}

std::string url_of(const std::string& address, std::uint16_t port) {
    const bool is_v6 = address.find(':') != std::string::npos;
    return "http://" + (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace

House::House(
    const boost::asio::any_io_executor& loop,
    const DaemonOptions& options,
    Foundation foundation,
    const Clocks& clocks,
    Stores& stores,
    const Logger& log
)
    : options_(options),
      log_(log),
      foundation_(std::move(foundation)),
      stores_(stores),
      logs_(
          loop,
          *stores.logs_db,
          clocks.machine,
          runtime::LogStoreConfig{},
          log.with({{"room", "logs"}})
      ),
      runtimes_(runtime::RuntimeCatalog::discover(foundation_.installation.runtime_support)),
      cell_door_(credentials_),
      sandbox_(sandbox::NamespaceSandbox::attach(
          std::move(foundation_.launcher), loop, log.with({{"room", "sandbox"}})
      )),
      environments_(
          loop,
          *sandbox_,
          stores.packages,
          runtimes_,
          cell_door_,
          environment_config(options),
          log.with({{"room", "runtime"}})
      ),
      records_(loop, *stores.logs_db, scheduler::RecordConfig{}, log.with({{"room", "scheduler"}})),
      scheduler_(
          loop,
          scheduler_ports(clocks.machine),
          scheduler_config(options),
          rate_card_,
          log.with({{"room", "scheduler"}})
      ),
      streams_(loop, scheduler_, log.with({{"room", "scheduler"}})),
      concurrency_(*stores.main_db, clocks.machine, options.account_concurrency),
      provisioned_(concurrency_, stores.aliases, scheduler_),
      capacity_(concurrency_, provisioned_, function_finder()),
      scaling_(
          loop, *stores.main_db, capacity_, clocks.of_triggers(), log.with({{"room", "scaling"}})
      ),
      events_(*stores.main_db, clocks.of_triggers()),
      async_settings_(*stores.main_db, clocks.machine),
      outbox_(*stores.main_db, clocks.of_triggers()),
      pump_(loop, async_ports(clocks.of_triggers()), log.with({{"room", "async"}})),
      function_target_(events_, function_finder()),
      outbox_pump_(
          loop,
          outbox_,
          targets_,
          clocks.of_triggers(),
          random_share(),
          log.with({{"room", "outbox"}})
      ),
      timers_(loop, *stores.main_db, clocks.of_triggers(), log.with({{"room", "timers"}})),
      buses_(options.region, *stores.main_db, timers_, outbox_, clocks.of_triggers()),
      schedules_(options.region, *stores.main_db, timers_, outbox_, clocks.of_triggers()),
      event_writer_(s3_config(options)),
      objects_(
          foundation_.directory.file("objects"),
          {*stores.main_db, events_, outbox_, event_writer_, stores.workers, clocks.of_triggers()}
      ),
      bucket_target_(objects_),
      lifecycle_(loop, objects_, clocks.of_triggers(), log.with({{"room", "objects"}})),
      queues_(
          loop,
          *stores.main_db,
          clocks.of_triggers(),
          queue_config(options),
          log.with({{"room", "queues"}})
      ),
      message_source_(queues_),
      batch_writer_(options.region),
      mappings_(loop, mapping_ports(clocks.of_triggers()), log.with({{"room", "sources"}})),
      urls_(*stores.main_db, clocks.machine),
      http_apis_(*stores.main_db, clocks.machine),
      registered_(stores.qualified_functions),
      lambda_(
          api::lambda::LambdaConfig{options.region, foundation_.port},
          lambda_ports(clocks.machine),
          log.with({{"room", "lambda"}})
      ),
      url_service_(
          api::urls::UrlConfig{options.region, foundation_.port},
          api::urls::UrlPorts{urls_, scheduler_, streams_, clocks.machine},
          log.with({{"room", "urls"}})
      ),
      gateway_(
          api::apigateway::GatewayConfig{options.region, foundation_.port},
          http_apis_,
          log.with({{"room", "apigateway"}})
      ),
      http_api_service_(
          api::apigateway::GatewayConfig{options.region, foundation_.port},
          api::apigateway::HttpApiPorts{http_apis_, streams_, clocks.machine},
          log.with({{"room", "apigateway"}})
      ),
      s3_(s3_config(options),
          {objects_,
           registered_,
           targets_,
           lifecycle_,
           credentials_,
           stores.workers,
           clocks.machine},
          log.with({{"room", "s3"}})),
      log_service_(api::logs::LogsConfig{options.region}, logs_, log.with({{"room", "logs"}})),
      sts_(),
      autoscaling_(
          api::autoscaling::AutoscalingConfig{options.region},
          scaling_,
          log.with({{"room", "autoscaling"}})
      ),
      event_service_(
          api::events::EventsConfig{options.region},
          buses_,
          clocks.of_triggers(),
          log.with({{"room", "events"}})
      ),
      schedule_service_(
          api::schedules::SchedulesConfig{options.region},
          schedules_,
          log.with({{"room", "schedules"}})
      ),
      sqs_(queues_, log.with({{"room", "sqs"}})),
      admin_(
          scheduler_,
          records_,
          admin_tools(),
          api::admin::ClockControl(clocks.of_triggers(), clocks.stepped)
      ),
      front_door_(
          front_door_config(options, foundation_.port),
          api::FrontDoor::Services{
              lambda_,
              s3_,
              log_service_,
              sts_,
              autoscaling_,
              event_service_,
              schedule_service_,
              sqs_,
              admin_,
              url_service_,
              gateway_,
              http_api_service_},
          credentials_,
          clocks.machine,
          log.with({{"room", "front_door"}})
      ),
      server_(loop, http::ServerConfig{}, front_door_, log.with({{"room", "http"}})) {
    connect();
}

// What could not be said while the members were made, because each side needs the other.
void House::connect() {
    cell_door_.lead_to(server_);
    targets_.add("lambda", [this](scheduler::TargetMessage message) {
        return function_target_.send(std::move(message));
    });
    targets_.add("events", [this](scheduler::TargetMessage message) {
        return buses_.receive(std::move(message));
    });
    targets_.add("sqs", [this](scheduler::TargetMessage message) {
        return queues_.send(std::move(message));
    });
    targets_.add("s3", [this](scheduler::TargetMessage message) {
        return bucket_target_.send(std::move(message));
    });
    concurrency_.listen([this](const std::string& function) {
        scheduler_.reserve(function, concurrency_.reserved(function));
        provisioned_.refresh(function);
    });
    stores_.aliases.listen([this](const std::string& function) { provisioned_.refresh(function); });
}

scheduler::FindFunction House::function_finder() const {
    return [this](const std::string& name) {
        return stores_.qualified_functions.find(name);
    };
}

scheduler::Scheduler::Ports House::scheduler_ports(const Clock& clock) {
    return {function_finder(), environments_, logs_, records_, clock};
}

scheduler::AsyncPorts House::async_ports(const Clock& clock) {
    return {
        events_,
        scheduler_,
        function_finder(),
        async_settings_,
        outbox_,
        [this](const std::string& function) { return concurrency_.reserved(function) == 0U; },
        clock,
        options_.region};
}

api::lambda::LambdaPorts House::lambda_ports(const Clock& clock) {
    return api::lambda::LambdaPorts{
        stores_.functions,
        stores_.aliases,
        stores_.packages,
        scheduler_,
        events_,
        concurrency_,
        async_settings_,
        stores_.workers,
        clock,
        credentials_,
        [this](const std::string& name) { return stores_.qualified_functions.find(name); },
        [this](const std::string& function) { scheduler_.retire(function); },
        [this](const scheduler::ProvisionedConfig& config) { return provisioned_.status(config); },
        [this](std::string bucket, std::string key) {
            return read_stored_package(
                objects_, stores_.workers, std::move(bucket), std::move(key)
            );
        },
        mappings_,
        streams_,
        urls_};
}

triggers::EventSourceMappings::Ports House::mapping_ports(const Clock& clock) {
    return {*stores_.main_db, message_source_, scheduler_, function_finder(), batch_writer_, clock};
}

api::admin::StartTools House::admin_tools() {
    return start_tools(
        {function_finder(), environments_, stores_.packages, runtimes_, stores_.workers}
    );
}

Task<Result<void>> House::open(RootKey owner) {
    api::Credentials::Key key;
    key.secret = owner.secret;
    key.principal.access_key = owner.access_key;
    key.principal.name = "root";
    key.principal.is_root = true;
    credentials_.add(std::move(key));

    LAMBENT_CO_TRY(co_await logs_.start());
    LAMBENT_CO_TRY(co_await stores_.functions.load());
    LAMBENT_CO_TRY(co_await stores_.aliases.load());
    std::function<bool(const std::string&)> exists = [this](const std::string& function) {
        return stores_.functions.find(function) != nullptr;
    };
    LAMBENT_CO_TRY(co_await concurrency_.load(exists));
    LAMBENT_CO_TRY(co_await async_settings_.load(std::move(exists)));
    triggers::FunctionUrls::Exists is_reachable = [this](const triggers::FunctionUrl& url) {
        return stores_.qualified_functions.find(url.reference()) != nullptr;
    };
    LAMBENT_CO_TRY(co_await urls_.load(std::move(is_reachable)));
    LAMBENT_CO_TRY(co_await http_apis_.load());
    LAMBENT_CO_TRY(co_await scaling_.load());
    LAMBENT_CO_TRY(co_await buses_.load());
    LAMBENT_CO_TRY(co_await schedules_.open());
    LAMBENT_CO_TRY(co_await queues_.load());
    LAMBENT_CO_TRY(co_await mappings_.load());
    LAMBENT_CO_TRY(co_await objects_.collect());
    pump_.start();
    outbox_pump_.start();
    timers_.start();
    lifecycle_.start();
    scaling_.start();
    queues_.start();
    mappings_.start();
    co_return Result<void>();
}

Result<void> House::serve() {
    server_.accept_on(std::move(foundation_.listener), "");
    EndpointFile::Content content;
    content.endpoint = url_of(options_.address, foundation_.port);
    content.region = options_.region;
    content.auth = options_.auth == api::AuthMode::kSigV4 ? "sigv4" : "none";
    LAMBENT_TRY(endpoint_file_, EndpointFile::publish(foundation_.directory.path(), content));
    raise_stems();
    log_.info("ready", {{"endpoint", content.endpoint}});
    return {};
}

// Stems for what is likely to be called: the functions there are, and each language at Lambda's
// smallest size.
void House::raise_stems() {
    for (const char* runtime : {"provided.al2023", "nodejs20.x", "python3.12"}) {
        runtime::Function usual;
        usual.runtime = runtime;
        environments_.expect(usual);
    }
    for (const runtime::FunctionPtr& function : stores_.functions.list()) {
        environments_.expect(*function);
    }
}

Task<> House::close() {
    endpoint_file_.reset();
    stores_.aliases.listen(nullptr);
    co_await timers_.stop();
    outbox_pump_.pause();
    pump_.pause();
    mappings_.pause();
    co_await scaling_.stop();
    co_await lifecycle_.stop();
    co_await queues_.stop();  // receives that wait end, so that their requests can
    co_await server_.stop(kDrain);
    co_await scheduler_.stop(kDrain);
    co_await mappings_.stop();
    co_await streams_.join();
    co_await pump_.stop();
    co_await outbox_pump_.stop();
    co_await environments_.stop();
    co_await sandbox_->stop();
    co_await records_.flush();
    co_await logs_.stop();
}

}  // namespace lambent::app
