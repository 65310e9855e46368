#include "app/daemon/trigger_floor.h"

#include "api/lambda/invoke_options.h"
#include "scheduler/lineage.h"

#include <functional>
#include <optional>
#include <random>
#include <utility>

namespace lambent::app {
namespace {

api::s3::S3Config object_event_config(const DaemonOptions& options) {
    api::s3::S3Config config;
    config.region = options.region;
    return config;
}

// How fast a web endpoint answers is up to whoever subscribed it.
scheduler::Backlog::Limits outbox_limits() {
    scheduler::Backlog::Limits limits;
    limits.is_slow = api::sns::is_subscription_arn;
    limits.slow_in_flight_max = api::sns::WebEndpoints::kThreads;
    return limits;
}

triggers::QueueServiceConfig queue_config(const DaemonOptions& options) {
    triggers::QueueServiceConfig config;
    config.region = options.region;
    return config;
}

// Random numbers from 0 up to 1.
std::function<double()> random_share() {
    return [random = std::minstd_rand(std::random_device()())]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(random);
    };
}

}  // namespace

TriggerFloor::TriggerFloor(
    const Ground& ground,
    const DataDirectory& directory,
    const std::string& endpoint,
    Engine& engine
)
    : engine_(engine),
      stores_(ground.stores),
      events(*ground.stores.main_db, ground.clocks.of_triggers()),
      async_settings(*ground.stores.main_db, ground.clocks.machine),
      outbox(*ground.stores.main_db, ground.clocks.of_triggers()),
      async_pump(ground.loop, async_ports(ground), ground.log_of("async")),
      function_target(events, engine.function_finder()),
      outbox_pump(
          ground.loop,
          outbox,
          targets,
          ground.clocks.of_triggers(),
          random_share(),
          ground.log_of("outbox"),
          outbox_limits()
      ),
      timers(
          ground.loop, *ground.stores.main_db, ground.clocks.of_triggers(), ground.log_of("timers")
      ),
      buses(
          ground.options.region, *ground.stores.main_db, timers, outbox, ground.clocks.of_triggers()
      ),
      schedules(
          ground.options.region, *ground.stores.main_db, timers, outbox, ground.clocks.of_triggers()
      ),
      topic_writer(endpoint),
      topics(
          ground.options.region,
          {*ground.stores.main_db, outbox, topic_writer, ground.clocks.of_triggers()},
          ground.log_of("topics")
      ),
      web_endpoints(topics, ground.options.endpoints),
      object_event_writer(object_event_config(ground.options)),
      objects(
          directory.file("objects"),
          {*ground.stores.main_db,
           events,
           outbox,
           object_event_writer,
           ground.stores.workers,
           ground.clocks.of_triggers()}
      ),
      bucket_target(objects),
      lifecycle(ground.loop, objects, ground.clocks.of_triggers(), ground.log_of("objects")),
      queues(
          ground.loop,
          *ground.stores.main_db,
          ground.clocks.of_triggers(),
          queue_config(ground.options),
          ground.log_of("queues")
      ),
      message_source(queues),
      batch_writer(ground.options.region),
      mappings(ground.loop, mapping_ports(ground), ground.log_of("sources")),
      urls(*ground.stores.main_db, ground.clocks.machine),
      http_apis(*ground.stores.main_db, ground.clocks.machine),
      rest_apis(*ground.stores.main_db, ground.clocks.machine) {
    connect_targets();
}

// One line for each kind of resource that something can be sent to.
void TriggerFloor::connect_targets() {
    using scheduler::TargetMessage;
    targets.add("lambda", [this](TargetMessage message) {
        return function_target.send(std::move(message));
    });
    targets.add("events", [this](TargetMessage message) {
        return buses.receive(std::move(message));
    });
    targets.add("sqs", [this](TargetMessage message) { return queues.send(std::move(message)); });
    targets.add("sns", [this](TargetMessage message) {
        const bool is_web = api::sns::is_subscription_arn(message.target_arn);
        return is_web ? web_endpoints.send(std::move(message)) : topics.receive(std::move(message));
    });
    targets.add("s3", [this](TargetMessage message) {
        return bucket_target.send(std::move(message));
    });
}

scheduler::AsyncPorts TriggerFloor::async_ports(const Ground& ground) {
    return {
        events,
        engine_.scheduler,
        engine_.function_finder(),
        async_settings,
        outbox,
        [this](const std::string& function) {
            return engine_.concurrency.reserved(function) == 0U;
        },
        ground.clocks.of_triggers(),
        ground.options.region};
}

scheduler::NextInChain TriggerFloor::next_in_chain(const Ground& ground) {
    return [this,
            &clock = ground.clocks.machine,
            region = ground.options.region,
            find = engine_.function_finder()](
               const std::string& header, const std::string& reference
           ) -> std::optional<std::string> {
        const std::string chain =
            header.empty() ? api::lambda::new_trace_id(clock.wall_now()) : header;
        const runtime::FunctionPtr function = find(reference);
        if (!function) {
            return chain;  // the invocation will say so
        }
        scheduler::TraceStep step = scheduler::step_into(chain, function->arn(region));
        const bool is_stopped = step.is_loop() && async_settings.loops(function->name) ==
                                                      scheduler::AsyncSettings::Loops::kTerminate;
        return is_stopped ? std::nullopt : std::optional(std::move(step.header));
    };
}

triggers::EventSourceMappings::Ports TriggerFloor::mapping_ports(const Ground& ground) {
    return {
        *ground.stores.main_db,
        message_source,
        engine_.scheduler,
        engine_.function_finder(),
        next_in_chain(ground),
        batch_writer,
        ground.clocks.of_triggers()};
}

Task<Result<void>> TriggerFloor::open() {
    std::function<bool(const std::string&)> exists = [this](const std::string& function) {
        return engine_.is_function(function);
    };
    LAMBENT_CO_TRY(co_await async_settings.load(std::move(exists)));
    triggers::FunctionUrls::Exists is_reachable = [this](const triggers::FunctionUrl& url) {
        return stores_.qualified_functions.find(url.reference()) != nullptr;
    };
    LAMBENT_CO_TRY(co_await urls.load(std::move(is_reachable)));
    LAMBENT_CO_TRY(co_await http_apis.load());
    LAMBENT_CO_TRY(co_await rest_apis.load());
    LAMBENT_CO_TRY(co_await buses.load());
    LAMBENT_CO_TRY(co_await schedules.open());
    LAMBENT_CO_TRY(co_await topics.load());
    LAMBENT_CO_TRY(co_await queues.load());
    LAMBENT_CO_TRY(co_await mappings.load());
    LAMBENT_CO_TRY(co_await objects.collect());
    co_return Result<void>();
}

void TriggerFloor::start() {
    async_pump.start();
    outbox_pump.start();
    timers.start();
    lifecycle.start();
    queues.start();
    mappings.start();
}

Task<> TriggerFloor::pause() {
    co_await timers.stop();
    outbox_pump.pause();
    async_pump.pause();
    mappings.pause();
    co_await lifecycle.stop();
    co_await queues.stop();
}

Task<> TriggerFloor::close() {
    co_await mappings.stop();
    co_await async_pump.stop();
    web_endpoints.stop();
    co_await outbox_pump.stop();
}

}  // namespace lambent::app
