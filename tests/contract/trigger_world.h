#pragma once

#include "base/async/offload.h"
#include "tests/contract/async_world.h"
#include "tests/support/file_disk.h"
#include "triggers/objects/object_store.h"
#include "triggers/queue/queue_service.h"
#include "triggers/schedules/schedules.h"
#include "triggers/timers/timers.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lambent::tests {

// Where a daemon's data lies: a database, and objects.
struct TriggerHome {
    explicit TriggerHome(std::string path) : root(std::move(path)) {}
    std::string database_directory() const { return root + "/db"; }
    std::string database() const { return root + "/db/test.db"; }
    std::string objects() const { return root + "/objects"; }
    const std::string root;
};

// What clients know: what was acknowledged to them, and what they have asked for.
struct TriggerOutside {
    Outside async;
    // By "bucket/key" the contents that may be found, by number; 0: nothing.
    std::map<std::string, std::set<int>> objects;
    std::set<std::string> events;           // of acknowledged changes of objects
    std::map<std::string, bool> schedules;  // whether it was acknowledged
    std::set<std::string> sent;             // messages, acknowledged
    std::set<std::string> deleting;
    std::set<std::string> deleted;  // acknowledged
    std::size_t acknowledged = 0;

    static constexpr int kTicks = 5;  // of each schedule
    static std::string content(int number);
};

// One life of the rooms of triggers on one disk that may fail: objects with their events, queues
// with a dead-letter queue, schedules with their ticks. What they send arrives in an AsyncLife.
class TriggerLife {
  public:
    TriggerLife(const TriggerHome& home, FaultVfs& disk, TriggerOutside& outside, WallTime start);
    ~TriggerLife();  // waits for what runs
    TriggerLife(const TriggerLife&) = delete;
    TriggerLife& operator=(const TriggerLife&) = delete;

    // Buckets, rules and queues; once, on an empty directory that is there.
    static void make(const TriggerHome& home);

    bool is_open() const { return queues_ != nullptr; }
    void be_used(const std::string& name);
    // Lets time pass until the power goes, the disk fails for good, or nothing is left to do.
    void run() { async_.run({"timer"}); }
    bool has_failed() const { return async_.has_failed(); }
    // What still waits, by its tables.
    std::string rows_left();
    WallTime now() const { return async_.now(); }

    // The bytes of what is there under a key; nothing, or why they cannot be read.
    Result<std::string> object(const std::string& bucket, const std::string& key);
    // Every message in a queue, by its first word; one that is there twice is twice in it.
    std::vector<std::string> messages();
    std::size_t messages_counted();  // by the service
    std::set<std::string> blobs_named();

    static const std::string kPlain;
    static const std::string kVersioned;

  private:
    class Writer;

    Task<> objects_client(std::string name, TimeHold hold);
    Task<> versions_client(std::string name, TimeHold hold);
    Task<> queue_client(std::string name, TimeHold hold);
    Task<> schedule_client(std::string name, TimeHold hold);
    Task<bool> put(std::string bucket, std::string key, int number);
    Task<bool> put_in_parts(std::string bucket, std::string key, int number);
    Task<bool> remove(std::string bucket, std::string key, std::string event);
    Task<Result<triggers::ObjectInfo>> upload(triggers::ObjectInfo info, int number);
    Task<Result<triggers::ObjectInfo>> upload_in_parts(triggers::ObjectInfo info, int number);
    bool settle(const std::string& name, int number, bool acknowledged, const std::string& event);
    void open_rooms(const TriggerHome& home);
    triggers::ObjectStore::Ports ports();

    TriggerOutside& outside_;
    AsyncLife async_;
    WorkerPool workers_{2};
    std::unique_ptr<Writer> writer_;
    std::unique_ptr<triggers::Timers> timers_;
    std::unique_ptr<triggers::Schedules> schedules_;
    std::unique_ptr<triggers::ObjectStore> objects_;
    std::unique_ptr<triggers::QueueService> queues_;
};

}  // namespace lambent::tests
