#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace lambent::scheduler {

// How many events of one function to take up next.
struct EventClaim {
    std::string function;
    std::size_t count_max = 0;
};

// Whose asynchronous events are taken up next, and when to look again. Pure: it knows functions,
// times and numbers, never events. Functions take turns, so that a function with a million events
// does not hold up another one's single event. Owned by the AsyncPump.
class Backlog {
  public:
    struct Limits {
        std::size_t in_flight_max = 256;
        std::size_t in_flight_per_function_max = 64;
        std::size_t claim_max = 32;  // events of one function a turn
        // No event waits longer than this for its next attempt; one that seems to was filed before
        // the wall clock was set back, and is due.
        std::int64_t wait_max_ms = 600'000;
    };
    explicit Backlog(Limits limits) : limits_(limits) {}

    // The function has, or may have, an event that is due at that time.
    void expect(const std::string& function, std::int64_t due_ms);

    // What to claim now. Each claim holds places in flight until it is answered with `claimed`.
    std::vector<EventClaim> next_claims(std::int64_t now_ms);
    // `next_due_ms`: the earliest of the events that are left, if there are any.
    void claimed(
        const EventClaim& claim, std::size_t count, std::optional<std::int64_t> next_due_ms
    );
    // An attempt at one claimed event has ended.
    void ended(const std::string& function);

    // When next_claims has something to say unless `claimed`, `ended` or `expect` come first.
    std::optional<std::int64_t> next_due_ms(std::int64_t now_ms) const;
    bool is_due(std::int64_t due_ms, std::int64_t now_ms) const {
        return due_ms <= now_ms || due_ms > now_ms + limits_.wait_max_ms;
    }
    std::size_t in_flight() const { return in_flight_; }

  private:
    struct PerFunction {
        std::optional<std::int64_t> due_ms;
        std::size_t in_flight = 0;
        bool claiming = false;
        std::list<std::string>::iterator turn;  // in turns_
    };

    PerFunction& at(const std::string& function);
    void forget_if_idle(const std::string& function);
    std::size_t free_places(const PerFunction& per) const;

    Limits limits_;
    std::unordered_map<std::string, PerFunction> functions_;
    std::list<std::string> turns_;  // of all functions_, next first
    std::size_t in_flight_ = 0;
};

}  // namespace lambent::scheduler
