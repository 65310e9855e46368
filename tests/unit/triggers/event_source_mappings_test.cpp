#include "triggers/sources/event_source_mappings.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/source_room.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;
using namespace std::chrono_literals;

namespace {

// Mappings on a real database, opened again at will, over a queue and an invoker of the test.
struct MappingRoom {
    MappingRoom() { open(); }
    ~MappingRoom() { close(); }
    MappingRoom(const MappingRoom&) = delete;
    MappingRoom& operator=(const MappingRoom&) = delete;

    void close() {
        run_flow(loop, mappings->stop());
        mappings.reset();
        driver.reset();
    }
    void open() {
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(EventSourceMappings::migrations()).value();
        EventSourceMappings::Ports ports{
            *driver,
            source,
            invoker,
            [this](const std::string& name) { return function(name); },
            [](const std::string& header, const std::string&) { return std::optional(header); },
            writer,
            clock};
        mappings = std::make_unique<EventSourceMappings>(
            loop.get_executor(), std::move(ports), Logger::silent()
        );
        run(mappings->load()).value();
        mappings->start();
    }

    template <class T>
    T run(Task<T> flow) {
        return run_flow(loop, std::move(flow));
    }
    runtime::FunctionPtr function(const std::string& name) const {
        const auto found = timeouts.find(name);
        if (found == timeouts.end()) {
            return nullptr;
        }
        auto made = std::make_shared<runtime::Function>();
        made->name = name;
        made->timeout_s = found->second;
        return made;
    }
    MappingSettings wanted(const std::string& name = "worker") const {
        MappingSettings settings;
        settings.source_arn = FakeSource::kArn;
        settings.function = name;
        return settings;
    }
    std::string create(const MappingSettings& settings) {
        return run(mappings->create(settings)).value().uuid;
    }
    std::string create() { return create(wanted()); }
    std::string state(const std::string& uuid) const {
        const auto mapping = mappings->find(uuid);
        return mapping ? std::string(to_string(mapping->state)) : "none";
    }
    void until_state(const std::string& uuid, const std::string& wished) {
        run_until(loop, [&] { return state(uuid) == wished; });
    }

    TempDir directory;
    boost::asio::io_context loop;
    ManualClock clock;
    FakeSource source{loop};
    HeldInvoker invoker{loop};
    PlainBatchWriter writer;
    std::map<std::string, std::uint32_t> timeouts{{"worker", 10}, {"other", 10}, {"slow", 60}};
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<EventSourceMappings> mappings;
};

template <class T>
std::string refusal(const Result<T>& result) {
    return result.has_error() ? result.error().subject() + ": " + result.error().message() : "";
}

}  // namespace

TEST_CASE("A mapping is created, becomes enabled and works", "[triggers][EventSourceMappings]") {
    MappingRoom room;
    room.source.put("a");
    const EventSourceMapping created = room.run(room.mappings->create(room.wanted())).value();
    CHECK(created.state == MappingState::kCreating);
    CHECK(created.modified_ms == unix_ms(room.clock.wall_now()));
    room.until_state(created.uuid, "Enabled");
    run_until(room.loop, [&] { return room.invoker.running == 1; });
    room.invoker.answer("a", HeldInvoker::success());
    run_until(room.loop, [&] { return room.source.left().empty(); });
    CHECK(room.mappings->list().size() == 1);
}

TEST_CASE(
    "A mapping that is created disabled receives nothing", "[triggers][EventSourceMappings]"
) {
    MappingRoom room;
    MappingSettings settings = room.wanted();
    settings.enabled = false;
    const std::string uuid = room.create(settings);
    room.until_state(uuid, "Disabled");
    CHECK(room.mappings->poller(uuid) == nullptr);
    MappingChange enable;
    enable.enabled = true;
    CHECK(room.run(room.mappings->update(uuid, enable)).value().state == MappingState::kEnabling);
    room.until_state(uuid, "Enabled");
    settle(room.loop, room.source);
    MappingChange disable;
    disable.enabled = false;
    CHECK(room.run(room.mappings->update(uuid, disable)).value().state == MappingState::kDisabling);
    room.until_state(uuid, "Disabled");
    room.source.put("a");
    CHECK(room.mappings->poller(uuid) == nullptr);
    CHECK(room.source.in_flight() == 0);
}

TEST_CASE("A mapping on its way refuses changes", "[triggers][EventSourceMappings]") {
    MappingRoom room;
    const std::string uuid = room.create();
    room.until_state(uuid, "Enabled");
    settle(room.loop, room.source);
    MappingChange disable;
    disable.enabled = false;
    MappingChange resize;
    resize.batch_size = 3;
    const auto both = [&]() -> Task<std::pair<std::string, std::string>> {
        auto first = co_await room.mappings->update(uuid, disable);
        auto second = co_await room.mappings->update(uuid, resize);
        auto third = co_await room.mappings->remove(uuid);
        std::pair<std::string, std::string> refusals(refusal(second), refusal(third));
        co_return refusals;
    };
    const auto [update, removal] = run_flow(room.loop, both());
    CHECK(update == "mapping_in_use: Cannot update the event source mapping because it is in use.");
    CHECK(
        removal == "mapping_in_use: Cannot delete the event source mapping because it is in use."
    );
    room.until_state(uuid, "Disabled");
    CHECK(room.run(room.mappings->update(uuid, resize)).value().state == MappingState::kUpdating);
    room.until_state(uuid, "Disabled");
    CHECK(room.mappings->find(uuid)->settings.batch_size == 3);
}

TEST_CASE(
    "A mapping that is deleted goes, and lets its batches end", "[triggers][EventSourceMappings]"
) {
    MappingRoom room;
    room.source.put("a");
    const std::string uuid = room.create();
    run_until(room.loop, [&] { return room.invoker.running == 1; });
    const EventSourceMapping removed = room.run(room.mappings->remove(uuid)).value();
    CHECK(removed.state == MappingState::kDeleting);
    room.until_state(uuid, "none");
    CHECK(
        refusal(room.run(room.mappings->remove(uuid))) ==
        "mapping: The resource you requested does not exist."
    );
    room.invoker.answer("a", HeldInvoker::success());
    run_until(room.loop, [&] { return room.source.left().empty(); });
    room.close();
    room.open();
    CHECK(room.mappings->list().empty());
}

TEST_CASE("Mappings survive a restart as they were set", "[triggers][EventSourceMappings]") {
    MappingRoom room;
    MappingSettings settings = room.wanted();
    settings.batch_size = 100;
    settings.window = 5s;
    settings.filters = {R"({"body": ["b"]})", R"({"body": ["a"]})"};
    settings.concurrency_max = 9;
    settings.reports_failures = true;
    const std::string uuid = room.create(settings);
    MappingSettings idle = room.wanted("other");
    idle.enabled = false;
    const std::string disabled = room.create(idle);
    room.until_state(uuid, "Enabled");
    room.until_state(disabled, "Disabled");
    room.close();
    room.open();
    CHECK(room.mappings->find(uuid)->settings == settings);
    CHECK(room.mappings->find(disabled)->settings == idle);
    room.until_state(uuid, "Enabled");
    room.until_state(disabled, "Disabled");
}

TEST_CASE("A mapping needs a function and a queue that fit", "[triggers][EventSourceMappings]") {
    MappingRoom room;
    CHECK(
        refusal(room.run(room.mappings->create(room.wanted("nobody")))) ==
        "function: Function does not exist"
    );
    MappingSettings elsewhere = room.wanted();
    elsewhere.source_arn += "2";
    CHECK(
        refusal(room.run(room.mappings->create(elsewhere))) ==
        "mapping: Error occurred while ReceiveMessage. SQS Error Code: "
        "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does "
        "not exist."
    );
    CHECK(
        refusal(room.run(room.mappings->create(room.wanted("slow")))) ==
        "mapping: Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds"
    );
    const std::string uuid = room.create();
    CHECK(
        refusal(room.run(room.mappings->create(room.wanted()))) ==
        "mapping_exists: The event source arn (\" arn:aws:sqs:us-east-1:000000000000:jobs \") and "
        "function (\" worker \") provided mapping already exists. Please update or delete the "
        "existing mapping with UUID " +
            uuid
    );
    room.create(room.wanted("other"));
    room.until_state(uuid, "Enabled");
    MappingChange to_twin;
    to_twin.function = "other";
    CHECK(refusal(room.run(room.mappings->update(uuid, to_twin))).starts_with("mapping_exists"));
    CHECK(
        refusal(room.run(room.mappings->update("no-such", to_twin))) ==
        "mapping: The resource you requested does not exist."
    );
    CHECK(room.state(uuid) == "Enabled");
    // What has lost its function can be disabled, and not be changed otherwise.
    room.timeouts.clear();
    MappingChange resize;
    resize.batch_size = 2;
    CHECK(
        refusal(room.run(room.mappings->update(uuid, resize))) ==
        "function: Function does not exist"
    );
    MappingChange disable;
    disable.enabled = false;
    CHECK(room.run(room.mappings->update(uuid, disable)).has_value());
    room.until_state(uuid, "Disabled");
}
