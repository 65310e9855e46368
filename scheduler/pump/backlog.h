#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace lambent::scheduler {

// How many rows of one key to take up next.
struct DueClaim {
    std::string key;
    std::size_t count_max = 0;
};

// Whose rows are taken up next, and when to look again. Pure: it knows keys (functions, targets),
// times and numbers, never rows. Keys take turns, so that a function with a million events does not
// hold up another one's single event. Owned by a DuePump.
class Backlog {
  public:
    struct Limits {
        std::size_t in_flight_max = 256;
        std::size_t in_flight_per_key_max = 64;
        std::size_t claim_max = 32;  // rows of one key a turn
        // Nothing waits longer than this for its next attempt; what seems to was filed before the
        // wall clock was set back, and is due.
        std::int64_t wait_max_ms = 600'000;
        // Keys whose rows may take long, however many. They share a few of the places, so that the
        // others always find one; none: no key is slow.
        bool (*is_slow)(const std::string& key) = nullptr;
        std::size_t slow_in_flight_max = 8;
        std::size_t slow_in_flight_per_key_max = 2;
    };
    explicit Backlog(Limits limits) : limits_(limits) {}

    // The key has, or may have, a row that is due at that time.
    void expect(const std::string& key, std::int64_t due_ms);

    // What to claim now. Each claim holds places in flight until it is answered with `claimed`.
    std::vector<DueClaim> next_claims(std::int64_t now_ms);
    // `next_due_ms`: the earliest of the rows that are left, if there are any.
    void claimed(const DueClaim& claim, std::size_t count, std::optional<std::int64_t> next_due_ms);
    // What was to be done with one claimed row has been done.
    void ended(const std::string& key);

    // When next_claims has something to say unless `claimed`, `ended` or `expect` come first.
    std::optional<std::int64_t> next_due_ms(std::int64_t now_ms) const;
    bool is_due(std::int64_t due_ms, std::int64_t now_ms) const {
        return due_ms <= now_ms || due_ms > now_ms + limits_.wait_max_ms;
    }
    std::size_t in_flight() const { return in_flight_; }

  private:
    struct PerKey {
        std::optional<std::int64_t> due_ms;
        std::size_t in_flight = 0;
        bool claiming = false;
        bool is_slow = false;
        std::list<std::string>::iterator turn;  // in turns_
    };

    PerKey& at(const std::string& key);
    void forget_if_idle(const std::string& key);
    std::size_t free_places(const PerKey& per) const;
    void take_places(PerKey& per, std::size_t count);
    void free_up(PerKey& per, std::size_t count);

    Limits limits_;
    std::unordered_map<std::string, PerKey> keys_;
    std::list<std::string> turns_;  // of all keys_, next first
    std::size_t in_flight_ = 0;
    std::size_t slow_in_flight_ = 0;  // of these
};

}  // namespace lambent::scheduler
