#include "app/daemon/stores.h"

#include "runtime/logs/sql_log_store.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async/sql_async_queue.h"
#include "scheduler/concurrency_settings.h"
#include "scheduler/outbox/sql_outbox.h"
#include "scheduler/record_store.h"
#include "scheduler/scaling/auto_scaling.h"
#include "triggers/events/event_buses.h"
#include "triggers/gateway/api_store.h"
#include "triggers/http/function_urls.h"
#include "triggers/objects/object_store.h"
#include "triggers/queue/queue_service.h"
#include "triggers/schedules/schedules.h"
#include "triggers/sources/event_source_mappings.h"
#include "triggers/timers/timers.h"
#include "triggers/topics/topics.h"

#include <utility>
#include <vector>

namespace lambent::app {
namespace {

constexpr std::size_t kWorkers = 2;

using Migrations = std::vector<sql::Migration>;

Migrations all_of(std::initializer_list<Migrations> rooms) {
    Migrations all;
    for (const Migrations& room : rooms) {
        all.insert(all.end(), room.begin(), room.end());
    }
    return all;
}

Result<std::unique_ptr<sql::SqliteDriver>> open_database(
    const std::string& path, sql::SqliteConfig config, Migrations migrations
) {
    LAMBENT_TRY(auto driver, sql::SqliteDriver::open(path, std::move(config)));
    LAMBENT_TRY(driver->migrate(std::move(migrations)));
    return driver;
}

}  // namespace

Result<std::unique_ptr<Stores>> Stores::open(
    const DataDirectory& directory,
    const Clock& clock,
    const std::function<void(const Error&)>& on_fatal
) {
    sql::SqliteConfig durable;
    durable.on_fatal = on_fatal;
    LAMBENT_TRY(
        auto main,
        open_database(
            directory.file("lambent.db"),
            std::move(durable),
            all_of({
                runtime::FunctionRegistry::migrations(),
                scheduler::SqlAsyncQueue::migrations(),
                scheduler::AsyncSettings::migrations(),
                scheduler::SqlOutbox::migrations(),
                scheduler::ConcurrencySettings::migrations(),
                scheduler::AutoScaling::migrations(),
                triggers::ObjectStore::migrations(),
                triggers::Timers::migrations(),
                triggers::Schedules::migrations(),
                triggers::EventBuses::migrations(),
                triggers::QueueService::migrations(),
                triggers::EventSourceMappings::migrations(),
                triggers::FunctionUrls::migrations(),
                triggers::HttpApis::migrations(),
                triggers::Topics::migrations(),
                triggers::RestApis::migrations(),
            })
        )
    );
    sql::SqliteConfig relaxed;
    relaxed.durability = sql::SqliteConfig::Durability::kRelaxed;
    LAMBENT_TRY(
        auto diary,
        open_database(
            directory.file("logs.db"),
            std::move(relaxed),
            all_of({runtime::SqlLogStore::migrations(), scheduler::RecordStore::migrations()})
        )
    );
    return std::make_unique<Stores>(directory, clock, std::move(main), std::move(diary));
}

Stores::Stores(
    const DataDirectory& directory,
    const Clock& clock,
    std::unique_ptr<sql::SqliteDriver> main,
    std::unique_ptr<sql::SqliteDriver> diary
)
    : main_db(std::move(main)),
      logs_db(std::move(diary)),
      workers(kWorkers),
      packages(directory.file("packages"), runtime::PackageLimits{}, workers),
      functions(*main_db, packages, clock),
      aliases(*main_db),
      qualified_functions(functions, aliases) {}

}  // namespace lambent::app
