#include "scheduler/async/backlog.h"

#include "base/result.h"

#include <algorithm>

namespace lambent::scheduler {

Backlog::PerFunction& Backlog::at(const std::string& function) {
    const auto [found, added] = functions_.try_emplace(function);
    if (added) {
        found->second.turn = turns_.insert(turns_.end(), function);
    }
    return found->second;
}

void Backlog::forget_if_idle(const std::string& function) {
    const auto found = functions_.find(function);
    const PerFunction& per = found->second;
    if (!per.due_ms && per.in_flight == 0 && !per.claiming) {
        turns_.erase(per.turn);
        functions_.erase(found);
    }
}

void Backlog::expect(const std::string& function, std::int64_t due_ms) {
    PerFunction& per = at(function);
    per.due_ms = per.due_ms ? std::min(*per.due_ms, due_ms) : due_ms;
}

std::size_t Backlog::free_places(const PerFunction& per) const {
    const std::size_t all = limits_.in_flight_max - in_flight_;
    const std::size_t own = limits_.in_flight_per_function_max - per.in_flight;
    return std::min({all, own, limits_.claim_max});
}

std::vector<EventClaim> Backlog::next_claims(std::int64_t now_ms) {
    std::vector<EventClaim> claims;
    const std::size_t functions = turns_.size();
    for (std::size_t i = 0; i < functions && in_flight_ < limits_.in_flight_max; ++i) {
        PerFunction& per = functions_.at(turns_.front());
        const std::size_t places = free_places(per);
        if (places > 0 && !per.claiming && per.due_ms && is_due(*per.due_ms, now_ms)) {
            claims.push_back(EventClaim{turns_.front(), places});
            per.claiming = true;
            per.due_ms.reset();
            per.in_flight += places;
            in_flight_ += places;
        }
        turns_.splice(turns_.end(), turns_, turns_.begin());
    }
    return claims;
}

void Backlog::claimed(
    const EventClaim& claim, std::size_t count, std::optional<std::int64_t> next_due_ms
) {
    LAMBENT_ASSERT(count <= claim.count_max);
    PerFunction& per = functions_.at(claim.function);
    per.claiming = false;
    per.in_flight -= claim.count_max - count;
    in_flight_ -= claim.count_max - count;
    if (next_due_ms) {
        expect(claim.function, *next_due_ms);
    }
    forget_if_idle(claim.function);
}

void Backlog::ended(const std::string& function) {
    PerFunction& per = functions_.at(function);
    LAMBENT_ASSERT(per.in_flight > 0);
    per.in_flight -= 1;
    in_flight_ -= 1;
    forget_if_idle(function);
}

std::optional<std::int64_t> Backlog::next_due_ms(std::int64_t now_ms) const {
    std::optional<std::int64_t> next;
    for (const auto& [name, per] : functions_) {
        if (per.due_ms && !per.claiming && free_places(per) > 0) {
            const std::int64_t due = is_due(*per.due_ms, now_ms) ? now_ms : *per.due_ms;
            next = next ? std::min(*next, due) : due;
        }
    }
    return next;
}

}  // namespace lambent::scheduler
