#pragma once

#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::cli {

// Who spends the time of a phase: the platform, the language's runtime, or the function's author.
enum class PhaseOwner { kPlatform, kRuntime, kFunction };

struct PhaseKind {
    std::string_view key;    // as in the record's JSON
    std::string_view label;  // as people read it
    PhaseOwner owner;
};

// The phases of an invocation in the order in which they happen.
inline constexpr std::array<PhaseKind, 10> kPhases{{
    {"queueWait", "queue wait", PhaseOwner::kPlatform},
    {"admission", "admission", PhaseOwner::kPlatform},
    {"cellClaim", "cell claim", PhaseOwner::kPlatform},
    {"mountAndLimits", "mount and limits", PhaseOwner::kPlatform},
    {"runtimeBoot", "runtime boot", PhaseOwner::kRuntime},
    {"extensionInit", "extension init", PhaseOwner::kRuntime},
    {"functionInit", "function init", PhaseOwner::kFunction},
    {"handler", "handler", PhaseOwner::kFunction},
    {"responseTransfer", "response transfer", PhaseOwner::kPlatform},
    {"freeze", "freeze", PhaseOwner::kPlatform},
}};
using PhaseTimes = std::array<std::int64_t, kPhases.size()>;  // microseconds, in kPhases' order

std::int64_t total_of(const PhaseTimes& times);
std::int64_t total_of(const PhaseTimes& times, PhaseOwner owner);

// What the daemon recorded about one invocation: where its time went and what it cost.
struct Record {
    std::string request_id;
    std::string function;
    std::string log_stream;
    std::int64_t started_ms = 0;
    std::string source;  // "warm", "stem", "boot"
    bool cold = false;
    std::string outcome;
    std::string error_type;
    PhaseTimes phases{};
    std::int64_t duration_us = 0;
    std::int64_t init_duration_us = 0;
    std::int64_t billed_ms = 0;
    std::uint32_t memory_mb = 0;
    std::uint64_t memory_peak_bytes = 0;
    double gb_seconds = 0;
    double cost_usd = 0;

    bool succeeded() const { return outcome == "success"; }
};

Result<Record> parse_record(const nlohmann::json& document);
Result<Record> parse_record(std::string_view text);
// The answer of GET /_lambent/records.
Result<std::vector<Record>> parse_records(std::string_view text);

}  // namespace lambent::cli
