#pragma once

#include "base/result.h"

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "lab/simulate/listed_trace.h"
#include "lab/simulate/minute_trace.h"
#include "lab/simulate/trace_files.h"

namespace lambent::lab {

// Readers of one format each. They are given files one after the other, opened and with their first
// line read; `finish` makes the trace. Errors say which line; read_trace adds the file.

// Azure Functions 2019: calls per minute and day, and two files about functions and apps.
class Azure2019Reader {
  public:
    explicit Azure2019Reader(const TraceDefaults& defaults);

    static bool is_calls(const std::string& header);
    static bool is_durations(const std::string& header);
    static bool is_memory(const std::string& header);

    // The next day.
    Result<void> read_calls(std::istream& file, const std::string& header);
    Result<void> read_durations(std::istream& file, const std::string& header);
    Result<void> read_memory(std::istream& file, const std::string& header);
    Result<std::unique_ptr<Trace>> finish();

  private:
    std::uint32_t function_index(
        std::string_view owner, std::string_view app, std::string_view function
    );

    TraceDefaults defaults_;
    std::unique_ptr<MinuteTrace> trace_;
    std::size_t days_ = 0;
    // By hashes of names that are hashes themselves: a million names take no room.
    std::unordered_map<std::uint64_t, std::uint32_t> functions_;
    std::vector<std::uint64_t> app_of_;  // by function
    std::unordered_map<std::uint64_t, DurationCurve> durations_;
    std::unordered_map<std::uint64_t, std::uint32_t> memory_mb_;
};

// Azure Functions 2021: one call a line, by its end.
class Azure2021Reader {
  public:
    explicit Azure2021Reader(const TraceDefaults& defaults) : defaults_(defaults) {}
    static bool is_calls(const std::string& header);
    Result<void> read(std::istream& file, const std::string& header);
    Result<std::unique_ptr<Trace>> finish();

  private:
    TraceDefaults defaults_;
    std::unordered_map<std::string, std::uint32_t> functions_;
    std::vector<TraceCall> calls_;
};

// What this platform recorded: one JSON object a line, with the phases of every call.
class OwnRecordsReader {
  public:
    explicit OwnRecordsReader(const TraceDefaults& defaults) : defaults_(defaults) {}
    static bool is_records(const std::string& first_line);
    Result<void> read(std::istream& file, const std::string& first_line);
    Result<std::unique_ptr<Trace>> finish();

  private:
    struct Known {
        std::uint32_t index = 0;
        std::uint32_t memory_mb = 0;
        std::uint64_t boots = 0;
        std::uint64_t boot_us_sum = 0;
    };
    Result<void> read_line(const std::string& line);

    TraceDefaults defaults_;
    std::unordered_map<std::string, Known> functions_;
    std::vector<TraceCall> calls_;
};

}  // namespace lambent::lab
