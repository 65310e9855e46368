#include "app/daemon/house.h"

#include "app/daemon/start_tools.h"
#include "app/daemon/stored_package.h"

#include <algorithm>
#include <chrono>
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

std::string url_of(const std::string& address, std::uint16_t port) {
    const bool is_v6 = address.find(':') != std::string::npos;
    return "http://" + (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace

House::House(
    const boost::asio::any_io_executor& loop,
    const DaemonOptions& options,
    Foundation foundation,
    const Clock& clock,
    Stores& stores,
    const Logger& log
)
    : options_(options),
      log_(log),
      foundation_(std::move(foundation)),
      stores_(stores),
      logs_(loop, *stores.logs_db, clock, runtime::LogStoreConfig{}, log.with({{"room", "logs"}})),
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
          scheduler_ports(clock),
          scheduler_config(options),
          rate_card_,
          log.with({{"room", "scheduler"}})
      ),
      streams_(loop, scheduler_, log.with({{"room", "scheduler"}})),
      concurrency_(*stores.main_db, clock, options.account_concurrency),
      provisioned_(concurrency_, stores.aliases, scheduler_),
      capacity_(concurrency_, provisioned_, function_finder()),
      scaling_(loop, *stores.main_db, capacity_, clock, log.with({{"room", "scaling"}})),
      events_(*stores.main_db, clock),
      pump_(loop, events_, scheduler_, function_finder(), clock, log.with({{"room", "async"}})),
      event_writer_(s3_config(options)),
      objects_(
          foundation_.directory.file("objects"),
          *stores.main_db,
          events_,
          event_writer_,
          stores.workers,
          clock
      ),
      urls_(*stores.main_db, clock),
      http_apis_(*stores.main_db, clock),
      registered_(stores.functions),
      lambda_(
          api::lambda::LambdaConfig{options.region, foundation_.port},
          lambda_ports(clock),
          log.with({{"room", "lambda"}})
      ),
      url_service_(
          api::urls::UrlConfig{options.region, foundation_.port},
          api::urls::UrlPorts{urls_, scheduler_, streams_, clock},
          log.with({{"room", "urls"}})
      ),
      gateway_(
          api::apigateway::GatewayConfig{options.region, foundation_.port},
          http_apis_,
          log.with({{"room", "apigateway"}})
      ),
      http_api_service_(
          api::apigateway::GatewayConfig{options.region, foundation_.port},
          api::apigateway::HttpApiPorts{http_apis_, streams_, clock},
          log.with({{"room", "apigateway"}})
      ),
      s3_(s3_config(options), objects_, registered_, stores.workers, log.with({{"room", "s3"}})),
      log_service_(api::logs::LogsConfig{options.region}, logs_, log.with({{"room", "logs"}})),
      sts_(),
      autoscaling_(
          api::autoscaling::AutoscalingConfig{options.region},
          scaling_,
          log.with({{"room", "autoscaling"}})
      ),
      admin_(scheduler_, records_, admin_tools()),
      front_door_(
          front_door_config(options, foundation_.port),
          api::FrontDoor::Services{
              lambda_,
              s3_,
              log_service_,
              sts_,
              autoscaling_,
              admin_,
              url_service_,
              gateway_,
              http_api_service_},
          credentials_,
          clock,
          log.with({{"room", "front_door"}})
      ),
      server_(loop, http::ServerConfig{}, front_door_, log.with({{"room", "http"}})) {
    connect();
}

// What could not be said while the members were made, because each side needs the other.
void House::connect() {
    cell_door_.lead_to(server_);
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

api::lambda::LambdaPorts House::lambda_ports(const Clock& clock) {
    return api::lambda::LambdaPorts{
        stores_.functions,
        stores_.aliases,
        stores_.packages,
        scheduler_,
        events_,
        concurrency_,
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
        streams_,
        urls_};
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
    LAMBENT_CO_TRY(co_await concurrency_.load(std::move(exists)));
    triggers::FunctionUrls::Exists is_reachable = [this](const triggers::FunctionUrl& url) {
        return stores_.qualified_functions.find(url.reference()) != nullptr;
    };
    LAMBENT_CO_TRY(co_await urls_.load(std::move(is_reachable)));
    LAMBENT_CO_TRY(co_await http_apis_.load());
    LAMBENT_CO_TRY(co_await scaling_.load());
    LAMBENT_CO_TRY(co_await objects_.collect());
    pump_.start();
    scaling_.start();
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
    pump_.pause();
    co_await scaling_.stop();
    co_await server_.stop(kDrain);
    co_await scheduler_.stop(kDrain);
    co_await streams_.join();
    co_await pump_.stop();
    co_await environments_.stop();
    co_await sandbox_->stop();
    co_await records_.flush();
    co_await logs_.stop();
}

}  // namespace lambent::app
