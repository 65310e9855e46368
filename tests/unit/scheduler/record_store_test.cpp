#include "scheduler/record_store.h"

#include "base/sql/sqlite_driver.h"
#include "scheduler/record_rows.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <memory>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

// A store on a file that stays when the store is opened again.
class Life {
  public:
    explicit Life(const tests::TempDir& directory, RecordConfig config = {}) {
        sql::SqliteConfig relaxed;
        relaxed.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver = sql::SqliteDriver::open(directory.file("records.db"), relaxed).value();
        driver->migrate(RecordStore::migrations()).value();
        store.emplace(loop.get_executor(), *driver, config, Logger::silent());
    }
    ~Life() { flush(); }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

    void add(const std::string& id, const std::string& function = "f") {
        InvocationRecord record;
        record.request_id = id;
        record.function = function;
        store->add(record);
    }
    void flush() { tests::run_flow(loop, store->flush()); }
    std::vector<std::string> ids(const std::string& function, std::size_t limit = 100) {
        std::vector<std::string> result;
        for (const auto& one : tests::run_flow(loop, store->recent(function, limit)).value()) {
            result.push_back(one.request_id);
        }
        return result;
    }
    std::size_t rows_on_disk() {
        std::size_t count = 0;
        sql::Work work = [&count](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(const auto found, RecordRows{session}.recent({"", "", 10}, 1'000));
            count = found.size();
            return {};
        };
        tests::run_flow(loop, driver->read(std::move(work))).value();
        return count;
    }
    // Waits for the first.
    std::size_t rows_on_disk_soon() {
        const auto limit = std::chrono::steady_clock::now() + tests::kHangGuard;
        while (rows_on_disk() == 0 && std::chrono::steady_clock::now() < limit) {
        }
        return rows_on_disk();
    }

    boost::asio::io_context loop;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::optional<RecordStore> store;
};

using Ids = std::vector<std::string>;

InvocationRecord full_record() {
    InvocationRecord record;
    record.request_id = "id";
    record.function = "f";
    record.revision_id = "rev";
    record.log_stream = "stream";
    record.started_ms = 1'767'225'600'000;
    record.source = StartSource::kBoot;
    record.outcome = runtime::OutcomeKind::kOutOfMemory;
    record.error_type = "Runtime.OutOfMemory";
    record.memory_mb = 512;
    record.memory_peak_bytes = 1ULL << 34;
    record.duration = 123'450us;
    record.init_duration = 6'780us;
    record.billed_ms = 131;
    record.gb_seconds = 0.0655;
    record.cost_usd = 0.00000129;
    record.phases = {1us, 2us, 3us, 4us, 5us, 6us, 7us, 8us, 9us, 10us};
    return record;
}

}  // namespace

TEST_CASE("RecordStore shows a record at once", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    Life life(directory);
    life.add("a");
    life.add("b", "g");
    CHECK(life.ids("") == Ids{"b", "a"});
    CHECK(life.ids("f") == Ids{"a"});
}

TEST_CASE("RecordStore shows records of former lives too", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    {
        Life life(directory);
        life.add("a");
        life.add("b", "g");
    }
    Life life(directory);
    CHECK(life.ids("") == Ids{"b", "a"});
    life.add("c");
    CHECK(life.ids("") == Ids{"c", "b", "a"});
    life.flush();
    life.add("d");
    CHECK(life.ids("f") == Ids{"d", "c", "a"});
    CHECK(life.ids("f", 2) == Ids{"d", "c"});
    CHECK(tests::run_flow(life.loop, life.store->find("b")).value()->function == "g");
    CHECK_FALSE(tests::run_flow(life.loop, life.store->find("x")).value().has_value());
}

TEST_CASE("RecordStore keeps every field", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    const InvocationRecord wanted = full_record();
    {
        Life life(directory);
        life.store->add(wanted);
    }
    Life life(directory);
    const auto found = tests::run_flow(life.loop, life.store->find("id")).value();
    REQUIRE(found.has_value());
    CHECK(found->revision_id == wanted.revision_id);
    CHECK(found->log_stream == wanted.log_stream);
    CHECK(found->started_ms == wanted.started_ms);
    CHECK(found->source == wanted.source);
    CHECK(found->outcome == wanted.outcome);
    CHECK(found->error_type == wanted.error_type);
    CHECK(found->memory_mb == wanted.memory_mb);
    CHECK(found->memory_peak_bytes == wanted.memory_peak_bytes);
    CHECK(found->duration == wanted.duration);
    CHECK(found->init_duration == wanted.init_duration);
    CHECK(found->billed_ms == wanted.billed_ms);
    CHECK(found->gb_seconds == wanted.gb_seconds);
    CHECK(found->cost_usd == wanted.cost_usd);
    CHECK(found->phases.queue_wait == 1us);
    CHECK(found->phases.admission == 2us);
    CHECK(found->phases.cell_claim == 3us);
    CHECK(found->phases.mount_and_limits == 4us);
    CHECK(found->phases.runtime_boot == 5us);
    CHECK(found->phases.extension_init == 6us);
    CHECK(found->phases.function_init == 7us);
    CHECK(found->phases.handler == 8us);
    CHECK(found->phases.response_transfer == 9us);
    CHECK(found->phases.freeze == 10us);
}

TEST_CASE("RecordStore writes more records than a batch holds", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    RecordConfig config;
    config.batch_max = 7;
    {
        Life life(directory, config);
        for (int i = 0; i < 100; ++i) {
            life.add(std::to_string(i));
        }
    }
    Life life(directory);
    const Ids ids = life.ids("", 1'000);
    REQUIRE(ids.size() == 100);
    CHECK(ids.front() == "99");
    CHECK(ids.back() == "0");
}

TEST_CASE("RecordStore reads from disk what memory has forgotten", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    RecordConfig config;
    config.kept_in_memory = 4;
    Life life(directory, config);
    for (int i = 0; i < 10; ++i) {
        life.add(std::to_string(i));
        life.flush();
    }
    CHECK(life.ids("", 7) == Ids{"9", "8", "7", "6", "5", "4", "3"});
}

TEST_CASE("RecordStore bounds what it keeps on disk", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    RecordConfig config;
    config.kept_on_disk = 5;
    config.batch_max = 3;  // whole batches go
    {
        Life life(directory, config);
        for (int i = 0; i < 12; ++i) {
            life.add(std::to_string(i));
        }
    }
    Life life(directory);
    CHECK(life.ids("") == Ids{"11", "10", "9", "8", "7", "6"});
}

TEST_CASE("RecordStore writes early when much waits", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    RecordConfig config;
    config.kept_in_memory = 8;
    config.flush_after = 1h;
    Life life(directory, config);
    life.add("a");
    life.add("b");
    CHECK(life.rows_on_disk() == 0);
    life.add("c");
    CHECK(life.rows_on_disk_soon() == 3);
}

TEST_CASE("RecordStore adds the freeze that follows an invocation", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    {
        Life life(directory);
        const std::uint64_t number = life.store->add(full_record());
        life.store->note_freeze(number, 77us);
        life.store->note_freeze(number + 1, 99us);
    }
    Life life(directory);
    CHECK(tests::run_flow(life.loop, life.store->find("id")).value()->phases.freeze == 87us);
}

TEST_CASE("RecordStore flushes by itself after a while", "[scheduler][RecordStore]") {
    const tests::TempDir directory;
    RecordConfig config;
    config.flush_after = 0ms;
    Life life(directory, config);
    life.add("a");
    CHECK(life.rows_on_disk_soon() == 1);
}
