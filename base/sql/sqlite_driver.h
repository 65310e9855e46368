#pragma once

#include "base/sql/sql_driver.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lambent::sql {

struct SqliteConfig {
    // kFull: acknowledged writes survive a power cut. kRelaxed: they survive a killed process; a
    // power cut may take back the last seconds (for logs and metrics).
    enum class Durability { kFull, kRelaxed };
    Durability durability = Durability::kFull;

    std::size_t queue_max = 8'192;  // waiting writes, and waiting reads; beyond it kThrottled
    std::size_t group_max = 256;    // closures that share one transaction
    std::size_t readers = 2;        // read-only connections, each with a thread
    std::chrono::milliseconds read_time_max{10'000};  // an older snapshot is given up
    int checkpoint_frames = 4'000;                    // log pages of 4 KiB between two checkpoints
    // While the disk has less room than this the database does not grow: inserts are refused with
    // kUnavailable (subject "disk_full"), and deletes still find room for the log.
    std::uint64_t disk_reserve_bytes = 64 << 20;

    // Called once, from any thread, when the file cannot be trusted any more (a failed sync, a
    // damaged page): the process must stop acknowledging and end.
    std::function<void(const Error&)> on_fatal;
};

// The Driver on one SQLite file in WAL mode, with one writing connection and group commit. The file
// is held by one driver at a time; a second one, in this process or another, is refused. Made by
// the composition root. Destroyed after every flow that awaits it and before their event loops, to
// which its threads post; destruction runs what is queued.
class SqliteDriver final : public Driver {
  public:
    // Creates the file when there is none. kCorrupted when what is there is damaged: it is never
    // replaced by an empty one. kConflict when another driver holds it. Blocking.
    static Result<std::unique_ptr<SqliteDriver>> open(const std::string& path, SqliteConfig config);
    ~SqliteDriver() override;

    // Brings the schema up to date, with the steps of all rooms in one call, before the first
    // write. kConflict (subject "schema") when a newer program has written to the file. Blocking.
    Result<void> migrate(std::vector<Migration> migrations);

    Task<Result<void>> write(Work work) override;
    Task<Result<void>> read(Work work) override;

    // "SQLite 3.40.1": the library that runs, for the log and `lambent doctor`.
    static std::string engine();

  private:
    struct Parts;
    explicit SqliteDriver(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::sql
