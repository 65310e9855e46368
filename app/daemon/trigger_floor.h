#pragma once

#include "api/lambda/sqs_event_writer.h"
#include "api/s3/s3_event_writer.h"
#include "api/sns/sns_event_writer.h"
#include "api/sns/web_endpoints.h"
#include "app/daemon/bucket_target.h"
#include "app/daemon/engine.h"
#include "app/daemon/ground.h"
#include "app/daemon/queue_message_source.h"
#include "app/daemon/targets.h"
#include "base/files/data_directory.h"
#include "scheduler/async/async_pump.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async/sql_async_queue.h"
#include "scheduler/outbox/outbox_pump.h"
#include "scheduler/outbox/sql_outbox.h"
#include "triggers/events/event_buses.h"
#include "triggers/gateway/api_store.h"
#include "triggers/http/function_urls.h"
#include "triggers/objects/object_lifecycle.h"
#include "triggers/objects/object_store.h"
#include "triggers/queue/queue_service.h"
#include "triggers/schedules/schedules.h"
#include "triggers/sources/event_source_mappings.h"
#include "triggers/timers/timers.h"
#include "triggers/topics/topics.h"

#include <string>

namespace lambent::app {

// The floor of what happens outside and invokes functions, and of what goes from one resource to
// another. Members in the order in which they need one another. Owned by House.
class TriggerFloor {
  public:
    // `endpoint` is where the daemon answers: "http://127.0.0.1:4566".
    TriggerFloor(
        const Ground& ground,
        const DataDirectory& directory,
        const std::string& endpoint,
        Engine& engine
    );

    // Reads what is stored.
    Task<Result<void>> open();
    // What waits from a former life goes on.
    void start();
    // Nothing new begins, and nobody waits for a message any more.
    Task<> pause();
    // After the engine has drained: what still ran has ended.
    Task<> close();

  private:
    void connect_targets();
    scheduler::AsyncPorts async_ports(const Ground& ground);
    scheduler::NextInChain next_in_chain(const Ground& ground);
    triggers::EventSourceMappings::Ports mapping_ports(const Ground& ground);

    Engine& engine_;
    Stores& stores_;

  public:
    scheduler::SqlAsyncQueue events;
    scheduler::AsyncSettings async_settings;
    scheduler::SqlOutbox outbox;
    scheduler::AsyncPump async_pump;
    FunctionTarget function_target;
    TargetDirectory targets;
    scheduler::OutboxPump outbox_pump;
    triggers::Timers timers;
    triggers::EventBuses buses;
    triggers::Schedules schedules;
    api::sns::SnsEventWriter topic_writer;
    triggers::Topics topics;
    api::sns::WebEndpoints web_endpoints;
    api::s3::S3EventWriter object_event_writer;
    triggers::ObjectStore objects;
    BucketTarget bucket_target;
    triggers::ObjectLifecycle lifecycle;
    triggers::QueueService queues;
    QueueMessageSource message_source;
    api::lambda::SqsEventWriter batch_writer;
    triggers::EventSourceMappings mappings;
    triggers::FunctionUrls urls;
    triggers::HttpApis http_apis;
    triggers::RestApis rest_apis;
};

}  // namespace lambent::app
