#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace lambent::runtime {

enum class StemMode { kOff, kFixed, kAuto };

struct StemConfig {
    StemMode mode = StemMode::kAuto;
    std::uint32_t cells = 2;  // of each kind, for kFixed
    // What all stems together may take; the kinds that are asked for most recently come first.
    std::uint64_t memory_budget_bytes = 512ULL << 20;
    std::uint32_t cells_min = 2;    // kAuto: of each kind that is in use
    std::uint32_t cells_max = 100;  // kAuto: of each kind, memory permitting
    // No stem is raised until nobody has asked for one for so long, unless there is none.
    std::chrono::milliseconds quiet{25};
    // kAuto: half of what a burst has taught is forgotten after this time, and all of a kind's
    // stems go when nobody has asked for it for `forget`.
    std::chrono::milliseconds half_life{std::chrono::minutes(5)};
    std::chrono::milliseconds forget{std::chrono::hours(1)};
};

// How many stems of which kind there should be, and what to do next about it. Kinds are asked for
// (a function starts) or expected (a function exists). Auto holds as many as the largest burst,
// claims within one second, of late. Pure: told the time, raises nothing itself.
class StemPolicy {
  public:
    explicit StemPolicy(StemConfig config) : config_(config) {}

    void expect(const std::string& kind, SteadyTime now);
    void asked(const std::string& kind, SteadyTime now);
    // A stem is ready, with what it takes; one has gone (claimed or dead); raising one has failed.
    void added(const std::string& kind, std::uint64_t bytes);
    void removed(const std::string& kind);
    void failed(const std::string& kind, SteadyTime now);

    // The kind to raise one of now: that which lacks the largest part of its target.
    std::optional<std::string> wanted(SteadyTime now) const;
    // A kind that has a stem too many.
    std::optional<std::string> surplus(SteadyTime now) const;
    // When to ask again at the latest, if nothing happens before.
    SteadyTime next_look(SteadyTime now) const;

    std::uint32_t target(const std::string& kind, SteadyTime now) const;
    std::uint32_t ready(const std::string& kind) const;

  private:
    struct Kind {
        std::uint32_t ready = 0;
        std::uint64_t bytes = 8ULL << 20;  // of one stem; a guess until one was seen
        SteadyTime used;                   // last asked for or expected
        SteadyTime second;                 // when the current burst began
        std::uint32_t in_second = 0;
        double burst = 0;  // the largest, at `burst_at`; decays from there
        SteadyTime burst_at;
        SteadyTime not_before;
        std::chrono::milliseconds patience{0};  // after the next failure
    };

    double burst_now(const Kind& kind, SteadyTime now) const;
    std::uint32_t wish(const Kind& kind, SteadyTime now) const;
    // The targets of all kinds, within the budget.
    std::map<std::string, std::uint32_t> targets(SteadyTime now) const;

    StemConfig config_;
    std::map<std::string, Kind> kinds_;
    SteadyTime asked_;  // the last time, for any kind
};

}  // namespace lambent::runtime
