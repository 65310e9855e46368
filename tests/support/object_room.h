#pragma once

#include "base/async/offload.h"
#include "base/sql/sqlite_driver.h"
#include "scheduler/async_queue.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "triggers/objects/multipart_uploads.h"
#include "triggers/objects/notification_match.h"
#include "triggers/objects/object_store.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// An async queue whose events are rows of the same database, so that a test sees whether they were
// committed with the object.
class TableQueue final : public scheduler::AsyncQueue {
  public:
    static sql::Migration migration() {
        return {
            "test_events",
            1,
            "CREATE TABLE test_event (id TEXT PRIMARY KEY, function TEXT NOT NULL, "
            "payload TEXT NOT NULL)"};
    }
    Task<Result<void>> enqueue(scheduler::AsyncEvent) override { co_return Result<void>(); }
    Result<void> enqueue_in(sql::Session& session, const scheduler::AsyncEvent& event) override {
        if (refuse) {
            return Error(Code::kUnavailable, "the queue is told to refuse");
        }
        LAMBENT_TRY(session.run(
            "INSERT INTO test_event (id, function, payload) VALUES ($1, $2, $3)",
            {event.request_id, event.function, event.payload}
        ));
        return {};
    }
    void wake() override { ++wakes; }

    int wakes = 0;
    bool refuse = false;
};

// An outbox whose messages are rows of the same database.
class TableOutbox final : public scheduler::Outbox {
  public:
    static sql::Migration migration() {
        return {
            "test_messages",
            1,
            "CREATE TABLE test_message (id TEXT PRIMARY KEY, target TEXT NOT NULL, "
            "detail_type TEXT NOT NULL, body TEXT NOT NULL)"};
    }
    Task<Result<void>> add(std::vector<scheduler::TargetMessage>, scheduler::DeliveryRules)
        override {
        co_return Result<void>();
    }
    Result<void> add_in(
        sql::Session& session,
        const scheduler::TargetMessage& message,
        const scheduler::DeliveryRules& /*rules*/
    ) override {
        LAMBENT_TRY(session.run(
            "INSERT INTO test_message (id, target, detail_type, body) VALUES ($1, $2, $3, $4)",
            {message.id, message.target_arn, message.detail_type, message.body}
        ));
        return {};
    }
    void wake() override { ++wakes; }

    int wakes = 0;
};

// "<rule>|<key>|<size>|<sequencer>", enough to look at.
class PlainEventWriter final : public triggers::ObjectEventWriter {
  public:
    std::string document(const triggers::NotificationRule& rule, const triggers::ObjectEvent& event)
        override {
        return rule.id + "|" + event.object.key + "|" + std::to_string(event.object.size) + "|" +
               event.sequencer;
    }
    scheduler::TargetMessage message(
        const triggers::NotificationRule& rule, const triggers::ObjectEvent& event
    ) override {
        scheduler::TargetMessage message;
        message.target_arn = rule.target;
        message.body = std::string(triggers::event_name(event.kind)) + "|" + event.object.key;
        return message;
    }
};

// An object store on a real database and directory, opened again at will.
class ObjectRoom {
  public:
    ObjectRoom() : path(directory.path()) { open(); }
    // On a directory that outlives this process.
    explicit ObjectRoom(std::string existing) : path(std::move(existing)) { open(); }

    void open() {
        store.reset();
        driver.reset();
        auto opened = sql::SqliteDriver::open(path + "/db", sql::SqliteConfig());
        driver = std::move(opened).value();
        std::vector<sql::Migration> steps = triggers::ObjectStore::migrations();
        steps.push_back(TableQueue::migration());
        steps.push_back(TableOutbox::migration());
        driver->migrate(std::move(steps)).value();
        triggers::ObjectEventWriter& used = event_writer != nullptr ? *event_writer : writer;
        store = std::make_unique<triggers::ObjectStore>(
            path + "/objects",
            triggers::ObjectStore::Ports{*driver, queue, outbox, used, workers, clock}
        );
        run(store->collect()).value();
    }

    template <class T>
    T run(Task<T> flow) {
        return run_flow(loop, std::move(flow));
    }

    Task<Result<triggers::ObjectInfo>> put_flow(
        std::string bucket,
        std::string key,
        std::string bytes,
        triggers::WriteCondition condition = triggers::WriteCondition()
    ) {
        triggers::ObjectInfo info;
        info.bucket = bucket;
        info.key = std::move(key);
        info.content_type = "text/plain";
        LAMBENT_CO_TRY(auto upload, co_await store->begin_upload(std::move(bucket)));
        LAMBENT_CO_TRY(co_await upload->write(std::move(bytes)));
        auto committing = store->commit(
            std::move(upload),
            std::move(info),
            triggers::ObjectEventKind::kCreatedPut,
            triggers::Cause(),
            std::move(condition)
        );
        co_return co_await std::move(committing);
    }
    triggers::ObjectInfo put(std::string key, std::string bytes) {
        return run(put_flow("photos", std::move(key), std::move(bytes))).value();
    }

    std::vector<std::string> events() { return texts("SELECT payload FROM test_event"); }
    // "<target>|<detail type>|<body>" of what waits to be sent.
    std::vector<std::string> messages() {
        return texts("SELECT target || '|' || detail_type || '|' || body FROM test_message");
    }

    std::vector<std::string> texts(std::string query) {
        auto found = std::make_shared<std::vector<std::string>>();
        sql::Work work = [found, query](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(const sql::Rows rows, session.run(query + " ORDER BY rowid"));
            for (const sql::Row& row : rows.rows) {
                found->push_back(sql::as_text(row.front()));
            }
            return {};
        };
        run(driver->read(std::move(work))).value();
        return *found;
    }

    // The names of all files below the objects' directory.
    std::set<std::string> files() const {
        std::set<std::string> names;
        namespace fs = std::filesystem;
        for (const auto& entry : fs::recursive_directory_iterator(path + "/objects")) {
            if (entry.is_regular_file()) {
                names.insert(entry.path().filename().string());
            }
        }
        return names;
    }

    TempDir directory;
    const std::string path;
    boost::asio::io_context loop;
    ManualClock clock;
    WorkerPool workers{2};
    TableQueue queue;
    TableOutbox outbox;
    PlainEventWriter writer;
    triggers::ObjectEventWriter* event_writer = nullptr;  // instead of `writer`, from `open` on
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<triggers::ObjectStore> store;
};

}  // namespace lambent::tests
