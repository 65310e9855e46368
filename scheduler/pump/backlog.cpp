#include "scheduler/pump/backlog.h"

#include "base/result.h"

#include <algorithm>

namespace lambent::scheduler {

Backlog::PerKey& Backlog::at(const std::string& key) {
    const auto [found, added] = keys_.try_emplace(key);
    if (added) {
        found->second.turn = turns_.insert(turns_.end(), key);
        found->second.is_slow = limits_.is_slow != nullptr && limits_.is_slow(key);
    }
    return found->second;
}

void Backlog::forget_if_idle(const std::string& key) {
    const auto found = keys_.find(key);
    const PerKey& per = found->second;
    if (!per.due_ms && per.in_flight == 0 && !per.claiming) {
        turns_.erase(per.turn);
        keys_.erase(found);
    }
}

void Backlog::expect(const std::string& key, std::int64_t due_ms) {
    PerKey& per = at(key);
    per.due_ms = per.due_ms ? std::min(*per.due_ms, due_ms) : due_ms;
}

std::size_t Backlog::free_places(const PerKey& per) const {
    const std::size_t all = limits_.in_flight_max - in_flight_;
    if (per.is_slow) {
        const std::size_t slow = limits_.slow_in_flight_max - slow_in_flight_;
        const std::size_t own = limits_.slow_in_flight_per_key_max - per.in_flight;
        return std::min({all, slow, own, limits_.claim_max});
    }
    const std::size_t own = limits_.in_flight_per_key_max - per.in_flight;
    return std::min({all, own, limits_.claim_max});
}

void Backlog::take_places(PerKey& per, std::size_t count) {
    per.in_flight += count;
    in_flight_ += count;
    slow_in_flight_ += per.is_slow ? count : 0;
}

void Backlog::free_up(PerKey& per, std::size_t count) {
    per.in_flight -= count;
    in_flight_ -= count;
    slow_in_flight_ -= per.is_slow ? count : 0;
}

std::vector<DueClaim> Backlog::next_claims(std::int64_t now_ms) {
    std::vector<DueClaim> claims;
    const std::size_t keys = turns_.size();
    auto next = turns_.begin();
    for (std::size_t i = 0; i < keys && in_flight_ < limits_.in_flight_max; ++i) {
        const auto turn = next++;
        PerKey& per = keys_.at(*turn);
        const std::size_t places = free_places(per);
        if (places > 0 && !per.claiming && per.due_ms && is_due(*per.due_ms, now_ms)) {
            claims.push_back(DueClaim{*turn, places});
            per.claiming = true;
            per.due_ms.reset();
            take_places(per, places);
            turns_.splice(turns_.end(), turns_, turn);  // whoever got none stays ahead
        }
    }
    return claims;
}

void Backlog::claimed(
    const DueClaim& claim, std::size_t count, std::optional<std::int64_t> next_due_ms
) {
    LAMBENT_ASSERT(count <= claim.count_max);
    PerKey& per = keys_.at(claim.key);
    per.claiming = false;
    free_up(per, claim.count_max - count);
    if (next_due_ms) {
        expect(claim.key, *next_due_ms);
    }
    forget_if_idle(claim.key);
}

void Backlog::ended(const std::string& key) {
    PerKey& per = keys_.at(key);
    LAMBENT_ASSERT(per.in_flight > 0);
    free_up(per, 1);
    forget_if_idle(key);
}

std::optional<std::int64_t> Backlog::next_due_ms(std::int64_t now_ms) const {
    std::optional<std::int64_t> next;
    for (const auto& [name, per] : keys_) {
        if (per.due_ms && !per.claiming && free_places(per) > 0) {
            const std::int64_t due = is_due(*per.due_ms, now_ms) ? now_ms : *per.due_ms;
            next = next ? std::min(*next, due) : due;
        }
    }
    return next;
}

}  // namespace lambent::scheduler
