#pragma once

#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/invocation.h"
#include "scheduler/record_ring.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::scheduler {

struct RecordConfig {
    std::size_t kept_in_memory = 10'000;
    std::uint64_t kept_on_disk = 100'000;  // and those that share a batch with them
    // Records reach disk in batches this long after the first of them, or when they take a quarter
    // of the memory.
    std::chrono::milliseconds flush_after{500};
    std::size_t batch_max = 500;  // bounds how long packing them holds up the event loop
};

// What invocations did, took and cost. Adding a record is a copy into memory; rows follow in
// batches, best effort: a crash loses the last half second, a database that is too slow loses
// records and the log says how many. Owned by the composition root; event loop's thread only;
// `flush` is awaited before it is destroyed.
class RecordStore {
  public:
    // `driver` should be a relaxed one of a file of its own.
    RecordStore(
        const boost::asio::any_io_executor& executor,
        sql::Driver& driver,
        RecordConfig config,
        Logger log
    );
    static std::vector<sql::Migration> migrations();

    std::uint64_t add(const InvocationRecord& record);
    // The environment was frozen after the invocation of that record: adds to its last phase.
    void note_freeze(std::uint64_t number, std::chrono::microseconds took);

    // Newest first, also of former lives of the daemon.
    Task<Result<std::vector<InvocationRecord>>> recent(RecordQuery query);
    Task<Result<std::vector<InvocationRecord>>> recent(std::string function, std::size_t limit);
    Task<Result<std::optional<InvocationRecord>>> find(std::string request_id);

    // Everything added so far is on disk (or lost) when it returns.
    Task<> flush();

  private:
    struct Batch {
        std::uint64_t first = 0;
        std::uint64_t end = 0;  // the number behind the last
        std::string packed;
    };

    void arm_timer();
    bool is_plenty() const;
    Task<> write_pending();
    Batch pack_pending();
    Task<Result<void>> write_batch(Batch batch);

    sql::Driver& driver_;
    RecordConfig config_;
    Logger log_;
    RecordRing ring_;
    std::uint64_t written_;  // those numbered below are on disk
    // Row number minus number in the ring; known once the first batch has been written.
    std::optional<std::uint64_t> row_offset_;
    bool writing_ = false;
    bool armed_ = false;
    boost::asio::steady_timer timer_;
    std::shared_ptr<RecordStore*> self_;  // a timer that fires too late finds it gone
    TaskScope flows_;
};

}  // namespace lambent::scheduler
