#pragma once

#include "app/cli/client/platform_api.h"
#include "app/cli/client/record.h"
#include "app/cli/measure/measure_plan.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/statistics/quantile.h"

namespace lambent::cli {

// In what state the environment was that a call got. Warm calls come one right after the other;
// those after idle waited before each.
enum class StartKind { kStem, kBoot, kWarm, kAfterIdle, kProvisioned };
inline constexpr std::array<StartKind, 5> kStartKinds{
    StartKind::kStem,
    StartKind::kBoot,
    StartKind::kWarm,
    StartKind::kAfterIdle,
    StartKind::kProvisioned};
std::string_view key_of(StartKind kind);    // "stem", "boot", "warm", "afterIdle", "provisioned"
std::string_view title_of(StartKind kind);  // "cold start from a stem", …
bool is_cold(StartKind kind);

// What is looked at of each call: every phase, their sum, and what the caller saw.
inline constexpr std::size_t kAllPhases = kPhases.size();
inline constexpr std::size_t kSeenByClient = kPhases.size() + 1;
inline constexpr std::size_t kTimes = kPhases.size() + 2;
std::string_view time_key(std::size_t time);    // "queueWait", …, "allPhases", "client"
std::string_view time_label(std::size_t time);  // "queue wait", …, "seen by the client"

// The calls of one kind at one memory size, in the order in which they were made.
struct Samples {
    StartKind kind = StartKind::kWarm;
    std::array<lab::Sample, kTimes> times_us;
    lab::Sample billed_ms;
    double cost_usd = 0;     // of all calls
    std::size_t errors = 0;  // the function returned one; its times count all the same

    std::size_t count() const { return billed_ms.size(); }
    double usd_per_million() const;
    const lab::Sample& seen() const { return times_us[kSeenByClient]; }
    void add(const Record& record, std::int64_t client_us);
};

struct SizeMeasurement {
    std::uint32_t memory_mb = 0;
    std::vector<Samples> samples;  // in kStartKinds' order, none of them empty
    std::size_t misses = 0;        // calls that met another state than was asked for; left out

    const Samples* find(StartKind kind) const;
};

// Where it was measured.
struct MachineFacts {
    std::string processor;
    unsigned processors = 0;
    std::uint64_t memory_bytes = 0;
    std::string kernel;
    std::string system;
    double load = 0;  // runnable processes over the minute before

    // Others wanted the processors too, when it began.
    bool is_busy() const { return load > 0.5 * processors; }
    friend bool operator==(const MachineFacts&, const MachineFacts&) = default;
};

// One run of `lambent measure`: all that its JSON file holds.
struct Measurement {
    MeasurePlan plan;
    std::string runtime;
    std::string code_sha256;
    MachineFacts machine;
    std::string began;  // "2026-01-31 12:00 UTC"
    double seconds = 0;
    std::vector<CachedPart> dropped;  // at the last cold start
    std::vector<SizeMeasurement> sizes;
    std::vector<std::string> remarks;  // what the reader has to know

    const Samples* find(std::uint32_t memory_mb, StartKind kind) const;
    std::size_t errors() const;
};

}  // namespace lambent::cli
