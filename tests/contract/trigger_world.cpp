#include "tests/contract/trigger_world.h"

#include "tests/support/read_descriptor.h"
#include "tests/support/run_flow.h"
#include "triggers/objects/notification_match.h"
#include "triggers/objects/sql_object_repository.h"

#include <filesystem>
#include <utility>

namespace lambent::tests {
namespace {

namespace fs = std::filesystem;

constexpr char kRegion[] = "us-east-1";
constexpr char kJobsQueue[] = "jobs";
constexpr char kDeadQueue[] = "dead";

std::vector<sql::Migration> all_migrations() {
    std::vector<sql::Migration> steps = AsyncLife::migrations();
    for (const auto& room :
         {triggers::Timers::migrations(),
          triggers::Schedules::migrations(),
          triggers::ObjectStore::migrations(),
          triggers::QueueService::migrations()}) {
        steps.insert(steps.end(), room.begin(), room.end());
    }
    return steps;
}

triggers::NotificationRule rule(const std::string& id, const std::string& prefix) {
    triggers::NotificationRule rule;
    rule.id = id;
    rule.prefix = prefix;
    rule.events = {"s3:ObjectCreated:*", "s3:ObjectRemoved:*"};
    return rule;
}

triggers::NotificationRule to_queue(const std::string& prefix) {
    triggers::NotificationRule told = rule("told", prefix);
    told.kind = triggers::TargetKind::kQueue;
    told.target = Outside::kTold;
    return told;
}

triggers::NotificationRule to_function(const std::string& prefix) {
    triggers::NotificationRule works = rule("works", prefix);
    works.target = "work";
    return works;
}

}  // namespace

const std::string TriggerLife::kPlain = "plain";
const std::string TriggerLife::kVersioned = "versioned";

std::string TriggerOutside::content(int number) {
    std::string text = std::to_string(number) + ":";
    while (text.size() < static_cast<std::size_t>(200 + number * 311)) {
        text += std::to_string(text.size() * static_cast<std::size_t>(number)) + " ";
    }
    return text;
}

// "ObjectCreated:Put|plain|key"
class TriggerLife::Writer final : public triggers::ObjectEventWriter {
  public:
    std::string document(
        const triggers::NotificationRule& /*rule*/, const triggers::ObjectEvent& event
    ) override {
        return std::string(triggers::event_name(event.kind)) + "|" + event.object.bucket + "|" +
               event.object.key;
    }
    scheduler::TargetMessage message(
        const triggers::NotificationRule& rule, const triggers::ObjectEvent& event
    ) override {
        scheduler::TargetMessage message;
        message.target_arn = rule.target;
        message.body = document(rule, event);
        return message;
    }
};

TriggerLife::TriggerLife(
    const TriggerHome& home, FaultVfs& disk, TriggerOutside& outside, WallTime start
)
    : outside_(outside),
      async_(home.database(), disk, outside.async, start, AsyncLife::small_config()),
      writer_(std::make_unique<Writer>()) {
    if (async_.is_open()) {
        open_rooms(home);
    }
}

triggers::ObjectStore::Ports TriggerLife::ports() {
    return {async_.driver(), async_.queue(), async_.outbox(), *writer_, workers_, async_.clock()};
}

void TriggerLife::open_rooms(const TriggerHome& home) {
    auto& loop = async_.loop();
    timers_ = std::make_unique<triggers::Timers>(
        loop.get_executor(), async_.driver(), async_.clock(), Logger::silent()
    );
    schedules_ = std::make_unique<triggers::Schedules>(
        kRegion, async_.driver(), *timers_, async_.outbox(), async_.clock()
    );
    objects_ = std::make_unique<triggers::ObjectStore>(home.objects(), ports());
    auto queues = std::make_unique<triggers::QueueService>(
        loop.get_executor(),
        async_.driver(),
        async_.clock(),
        triggers::QueueServiceConfig(),
        Logger::silent()
    );
    if (run_flow(loop, schedules_->open()).has_value() &&
        run_flow(loop, objects_->collect()).has_value() &&
        run_flow(loop, queues->load()).has_value()) {
        queues_ = std::move(queues);
        queues_->start();
        timers_->start();
    }
}

TriggerLife::~TriggerLife() {
    run_flow(async_.loop(), async_.clients().join());
    if (is_open()) {
        run_flow(async_.loop(), timers_->stop());
        run_flow(async_.loop(), queues_->stop());
    }
}

void TriggerLife::make(const TriggerHome& home) {
    fs::create_directory(home.database_directory());
    fs::create_directory(home.objects());
    {
        boost::asio::io_context loop;
        auto driver = sql::SqliteDriver::open(home.database(), AsyncLife::small_config()).value();
        driver->migrate(all_migrations()).value();
        const SystemClock clock;
        scheduler::AsyncSettings settings(*driver, clock);
        scheduler::EventInvokeConfig config;
        config.function = "work";
        config.qualifier = "$LATEST";
        config.on_success = Outside::kWon;
        config.on_failure = Outside::kLost;
        run_flow(loop, settings.put(std::move(config))).value();
    }
    FaultVfs disk;
    TriggerOutside outside;
    TriggerLife life(home, disk, outside, from_unix_ms(1'767'225'000'000));
    auto& loop = life.async_.loop();
    triggers::ObjectStore& objects = *life.objects_;
    run_flow(loop, objects.create_bucket(kPlain)).value();
    run_flow(loop, objects.create_bucket(kVersioned)).value();
    run_flow(loop, objects.set_versioning(kVersioned, triggers::Versioning::kEnabled)).value();
    run_flow(loop, objects.set_notifications(kPlain, {to_queue("q/"), to_function("f/")})).value();
    run_flow(loop, objects.set_notifications(kVersioned, {to_queue("")})).value();
    run_flow(loop, life.queues_->create(kDeadQueue, {}, {})).value();
    triggers::QueueSettings settings;
    settings.redrive = triggers::RedrivePolicy{life.queues_->arn_of(kDeadQueue), 1};
    run_flow(loop, life.queues_->create(kJobsQueue, settings, {})).value();
}

// --- What is there

std::string TriggerLife::rows_left() {
    std::string left;
    for (const char* const table :
         {"async_event", "async_payload", "outbox", "outbox_content", "timer", "schedule"}) {
        const std::int64_t rows = async_.rows(table);
        if (rows != 0) {
            left += std::to_string(rows) + " of " + table + " ";
        }
    }
    return left;
}

Result<std::string> TriggerLife::object(const std::string& bucket, const std::string& key) {
    auto opened = run_flow(async_.loop(), objects_->open({bucket, key, ""}));
    if (opened.has_error()) {
        return opened.error();
    }
    return read_descriptor(opened->file.get());
}

std::vector<std::string> TriggerLife::messages() {
    std::vector<std::string> found;
    sql::Work work = [&found](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(
            const sql::Rows rows,
            session.run("SELECT coalesce(m.body, c.body) FROM queue_message m"
                        " LEFT JOIN queue_content c ON c.record = m.record")
        );
        for (const sql::Row& row : rows.rows) {
            const std::string& body = sql::as_text(row[0]);
            found.push_back(body.substr(0, body.find(' ')));
        }
        return {};
    };
    run_flow(async_.loop(), async_.driver().read(std::move(work))).value();
    return found;
}

std::size_t TriggerLife::messages_counted() {
    std::size_t all = 0;
    for (const char* const name : {kJobsQueue, kDeadQueue}) {
        const triggers::QueueCounts counts = queues_->counts(name).value();
        all += counts.visible + counts.in_flight + counts.delayed;
    }
    return all;
}

std::set<std::string> TriggerLife::blobs_named() {
    std::set<std::string> blobs;
    sql::Work work = [&blobs](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(blobs, triggers::SqlObjectRepository(session).used_blobs());
        blobs.erase("");  // of delete markers
        return {};
    };
    run_flow(async_.loop(), async_.driver().read(std::move(work))).value();
    return blobs;
}

}  // namespace lambent::tests
