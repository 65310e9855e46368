#pragma once

#include "base/clock.h"
#include "base/logger.h"
#include "base/sql/sql_driver.h"
#include "runtime/logs/log_store.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lambent::runtime {

struct LogStoreConfig {
    std::uint64_t stored_bytes_max = 1ULL << 30;    // beyond it the largest groups lose lines
    std::size_t pending_bytes_max = 16 << 20;       // in memory; beyond it new lines are dropped
    std::size_t flush_bytes = 1 << 20;              // written early when that much waits
    std::chrono::milliseconds flush_interval{250};  // else that often
    std::size_t line_bytes_max = 256 * 1024;        // longer ones are cut
};

// The LogStore in a database of its own, which may be a relaxed one. Appending copies bytes into
// memory; a background flow writes them, one row per stream and batch. Searches write what is in
// memory first, so they see every line. Owned by the composition root; event loop's thread only.
class SqlLogStore final : public LogStore {
  public:
    SqlLogStore(
        boost::asio::any_io_executor executor,
        sql::Driver& driver,
        const Clock& clock,
        LogStoreConfig config,
        Logger log
    );
    ~SqlLogStore() override;

    static std::vector<sql::Migration> migrations();
    // Once, before anything else; then the background writing begins.
    Task<Result<void>> start();
    // Writes what is left; nothing is written by itself afterwards.
    Task<> stop();

    std::shared_ptr<LogStream> open(const std::string& group, const std::string& stream) override;
    Task<Result<void>> create_group(std::string name) override;
    Task<Result<void>> remove_group(std::string name) override;
    Task<Result<std::vector<LogGroup>>> groups(std::string prefix) override;
    Task<Result<std::vector<LogStreamInfo>>> streams(std::string group) override;
    Task<Result<std::vector<LogEvent>>> query(LogQuery query) override;
    Task<> flush() override;

    // Lines that never reached the store: it was full, or could not write.
    std::uint64_t dropped_lines() const;

  private:
    struct Parts;
    Task<> write_now_and_then();
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::runtime
