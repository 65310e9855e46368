#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::runtime {

struct LogEvent {
    std::int64_t time_ms = 0;
    std::int64_t ingested_ms = 0;
    std::string stream;
    std::string message;
    std::uint64_t sequence = 0;  // unique and increasing within the store
};

struct LogGroup {
    std::string name;
    std::int64_t created_ms = 0;
    std::uint64_t stored_bytes = 0;
};

struct LogStreamInfo {
    std::string name;
    std::int64_t created_ms = 0;
    std::int64_t first_event_ms = 0;
    std::int64_t last_event_ms = 0;
    std::uint64_t stored_bytes = 0;
};

// Where one environment's lines go, in order: the guest's output and the platform's START, END and
// REPORT lines. Appending never blocks and never fails; a line longer than 256 KiB is cut, and
// lines beyond the store's quota are dropped and counted. Event loop's thread only.
class LogStream {
  public:
    virtual ~LogStream() = default;
    virtual const std::string& name() const = 0;
    virtual void append(std::string_view line) = 0;

    // Keeps a copy of the last `bytes` from now on (X-Amz-Log-Result: 4 KB); ends a former capture.
    virtual void begin_tail(std::size_t bytes) = 0;
    virtual std::string take_tail() = 0;
};

struct LogQuery {
    std::string group;
    std::vector<std::string> streams;  // empty: all
    std::string stream_prefix;
    std::int64_t start_ms = 0;
    std::optional<std::int64_t> end_ms;  // exclusive
    std::string pattern;                 // a CloudWatch filter of plain or quoted terms; empty: all
    std::uint64_t after_sequence = 0;    // paging
    std::size_t limit = 10'000;
};

// All log groups. Lines reach disk in batches and on stop: best effort, by design, unlike
// everything else that is stored (threat-cases 4.1). Queries see lines at once.
class LogStore {
  public:
    virtual ~LogStore() = default;

    virtual std::shared_ptr<LogStream> open(
        const std::string& group, const std::string& stream
    ) = 0;

    virtual Task<Result<void>> create_group(std::string name) = 0;  // kConflict when it exists
    virtual Task<Result<void>> remove_group(std::string name) = 0;
    virtual Task<Result<std::vector<LogGroup>>> groups(std::string prefix) = 0;
    virtual Task<Result<std::vector<LogStreamInfo>>> streams(std::string group) = 0;
    // By time, then sequence. kNotFound when the group does not exist.
    virtual Task<Result<std::vector<LogEvent>>> query(LogQuery query) = 0;
    virtual Task<> flush() = 0;
};

}  // namespace lambent::runtime
