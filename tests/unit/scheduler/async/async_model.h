#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace lambent::tests {

// A function and its asynchronous events over some hours, drawn from a number: when events are
// accepted, how each attempt ends, when the owner changes something.
struct AsyncHistory {
    enum class Outcome { kSuccess, kError, kRefused };
    struct Settings {
        std::uint32_t retries_max = 2;
        std::uint32_t age_max_s = 21'600;
        bool on_success = false;
        bool on_failure = false;
    };
    // What the owner does at a time; times of owners and of events never fall together.
    struct Change {
        std::int64_t at_ms = 0;
        enum class Kind { kSettings, kSwitchOff, kSwitchOn, kDelete } kind = Kind::kSettings;
        Settings settings;
    };

    std::string function;
    bool has_dead_letters = false;
    Settings settings;
    std::vector<std::int64_t> accepted_ms;  // of each event
    std::vector<Change> changes;            // by time

    static AsyncHistory drawn(std::uint64_t seed, std::int64_t start_ms);
    // How the nth attempt (from 0) at an event ends.
    static Outcome outcome(std::uint64_t seed, std::size_t event, int attempt);
    std::uint64_t seed = 0;
};

// What becomes of one event: when it is tried, and what is told of its end.
struct AsyncFate {
    std::vector<std::int64_t> tried_ms;
    std::optional<std::int64_t> ended_ms;  // nothing: told to nobody
    std::string condition;
    int invocations = 0;
    bool told = false;         // a destination
    bool dead_letter = false;  // the dead-letter queue
    friend bool operator==(const AsyncFate&, const AsyncFate&) = default;
};

// The rules as AWS states them, followed for one event alone.
AsyncFate expected_fate(const AsyncHistory& history, std::size_t event);

std::string text_of(const AsyncFate& fate);

}  // namespace lambent::tests
