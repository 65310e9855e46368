#include "tests/unit/scheduler/async/async_model.h"

namespace lambent::tests {
namespace {

constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHalfMs = 500;  // owners act between the seconds at which events are due

using Change = AsyncHistory::Change;
using Outcome = AsyncHistory::Outcome;
using Settings = AsyncHistory::Settings;

std::uint32_t below(std::mt19937_64& random, std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
}

Settings drawn_settings(std::mt19937_64& random) {
    constexpr std::uint32_t kAges[] = {60, 61, 120, 180, 400, 3'600, 21'600};
    Settings settings;
    settings.retries_max = below(random, 3);
    settings.age_max_s = kAges[below(random, 7)];
    settings.on_success = below(random, 2) == 0;
    settings.on_failure = below(random, 2) == 0;
    return settings;
}

// What holds at a time.
struct State {
    Settings settings;
    bool is_off = false;
    bool is_deleted = false;
};

State state_at(const AsyncHistory& history, std::int64_t at_ms) {
    State state{history.settings};
    for (const Change& change : history.changes) {
        if (change.at_ms > at_ms) {
            break;
        }
        switch (change.kind) {
            case Change::Kind::kSettings:
                state.settings = change.settings;
                break;
            case Change::Kind::kSwitchOff:
                state.is_off = true;
                break;
            case Change::Kind::kSwitchOn:
                state.is_off = false;
                break;
            case Change::Kind::kDelete:
                state.is_deleted = true;
                break;
        }
    }
    return state;
}

AsyncFate end(
    AsyncFate fate, const AsyncHistory& history, std::int64_t at_ms, const std::string& condition
) {
    const bool succeeded = condition == "Success";
    const Settings settings = state_at(history, at_ms).settings;
    fate.told = succeeded ? settings.on_success : settings.on_failure;
    fate.dead_letter = !succeeded && history.has_dead_letters;
    if (fate.told) {
        fate.ended_ms = at_ms;
        fate.condition = condition;
    } else {
        fate.invocations = 0;  // nobody says how many
    }
    return fate;
}

}  // namespace

AsyncHistory AsyncHistory::drawn(std::uint64_t seed, std::int64_t start_ms) {
    std::mt19937_64 random(seed);
    AsyncHistory history;
    history.seed = seed;
    history.function = "f" + std::to_string(seed);
    history.has_dead_letters = below(random, 2) == 0;
    history.settings = drawn_settings(random);
    for (std::uint32_t event = below(random, 3) + 1; event > 0; --event) {
        history.accepted_ms.push_back(start_ms + below(random, 12) * 10 * kSecondMs);
    }
    for (std::uint32_t change = below(random, 4); change > 0; --change) {
        const std::int64_t at_ms = start_ms + below(random, 40) * 10 * kSecondMs + kHalfMs;
        const auto kind = static_cast<Change::Kind>(below(random, 4));
        history.changes.push_back({at_ms, kind, drawn_settings(random)});
    }
    std::stable_sort(
        history.changes.begin(),
        history.changes.end(),
        [](const Change& a, const Change& b) { return a.at_ms < b.at_ms; }
    );
    return history;
}

Outcome AsyncHistory::outcome(std::uint64_t seed, std::size_t event, int attempt) {
    std::mt19937_64 random(seed * 64 + event * 1'000'003 + static_cast<std::uint64_t>(attempt));
    // Some functions are refused most of the time.
    const std::uint32_t refused_of_10 = seed % 5 == 0 ? 8 : 2;
    if (below(random, 10) < refused_of_10) {
        return Outcome::kRefused;
    }
    return below(random, 3) == 0 ? Outcome::kSuccess : Outcome::kError;
}

AsyncFate expected_fate(const AsyncHistory& history, std::size_t event) {
    const std::int64_t accepted_ms = history.accepted_ms[event];
    std::int64_t now_ms = accepted_ms;
    int refusals = 0;
    AsyncFate fate;
    for (;;) {
        const State state = state_at(history, now_ms);
        const std::int64_t age_max_ms = state.settings.age_max_s * kSecondMs;
        if (state.is_deleted) {
            fate.invocations = 0;
            return fate;
        }
        if (state.is_off) {
            return end(std::move(fate), history, now_ms, "ZeroReservedConcurrency");
        }
        if (now_ms - accepted_ms >= age_max_ms) {
            return end(std::move(fate), history, now_ms, "EventAgeExceeded");
        }
        const Outcome outcome =
            AsyncHistory::outcome(history.seed, event, static_cast<int>(fate.tried_ms.size()));
        fate.tried_ms.push_back(now_ms);
        std::int64_t wait_ms = 0;
        if (outcome == Outcome::kRefused) {
            wait_ms = std::min(kSecondMs << std::min(refusals, 20), 5 * kMinuteMs);
            refusals += 1;
        } else {
            fate.invocations += 1;
            if (outcome == Outcome::kSuccess) {
                fate.invocations = 1;  // Lambda says 1 of every success
                return end(std::move(fate), history, now_ms, "Success");
            }
            if (fate.invocations > static_cast<int>(state.settings.retries_max)) {
                return end(std::move(fate), history, now_ms, "RetriesExhausted");
            }
            wait_ms = fate.invocations == 1 ? kMinuteMs : 2 * kMinuteMs;
        }
        if (now_ms + wait_ms - accepted_ms >= age_max_ms) {
            return end(std::move(fate), history, now_ms, "EventAgeExceeded");
        }
        now_ms += wait_ms;
    }
}

std::string text_of(const AsyncFate& fate) {
    std::string text = "tried at";
    for (const std::int64_t tried_ms : fate.tried_ms) {
        text += " " + std::to_string(tried_ms);
    }
    if (fate.told) {
        text += "; " + fate.condition + " at " + std::to_string(*fate.ended_ms) + " after " +
                std::to_string(fate.invocations);
    }
    return text + (fate.dead_letter ? "; a dead letter" : "");
}

}  // namespace lambent::tests
