#include "scheduler/dispatch.h"

#include <algorithm>

// The part of Dispatch in which calls wait although something could be booted or taken for them.
namespace lambent::scheduler {

void Dispatch::wait_for_running(const std::string& name, PerFunction& per, SteadyTime now) {
    const auto until = per.free_or_boot.free_by(per.patient, now);
    if (!until) {
        return;
    }
    per.patient_until = per.patient == 0 ? *until : std::min(per.patient_until, *until);
    per.patient += 1;
    if (!per.listed_patient) {
        per.listed_patient = true;
        patient_.push_back(name);
    }
}

// Those who still wait when the first running call should have ended get idle environments or boots
// after all, as long as that does not only crowd the processors.
void Dispatch::end_patience(SteadyTime now) {
    std::erase_if(patient_, [&](const std::string& name) {
        const auto found = functions_.find(name);
        if (found == functions_.end()) {
            return true;
        }
        PerFunction& per = found->second;
        if (per.patient > 0 && per.patient_until > now) {
            return false;
        }
        const auto crowded_until = serve_from_idle(per, now);
        if (crowded_until && per.patient > 0) {
            per.patient_until = *crowded_until;
            return false;
        }
        per.patient = 0;
        per.listed_patient = false;
        queue_for_boot(name, per);
        return true;
    });
}

// Calls that held back from idle environments, until the processors are crowded again.
std::optional<SteadyTime> Dispatch::serve_from_idle(PerFunction& per, SteadyTime now) {
    const auto accepts = [](const Waiter& waiter) {
        return waiter.start == StartPreference::kAny;
    };
    for (;;) {
        if (const auto until = per.free_or_boot.crowded_until(per.waiters.size(), now)) {
            return until;
        }
        const auto next = std::find_if(per.waiters.begin(), per.waiters.end(), accepts);
        const auto id = next == per.waiters.end() ? std::nullopt : lease_idle(per, now);
        if (!id) {
            return std::nullopt;
        }
        actions_.emplace_back(Serve{next->call, *id});
        per.waiters.erase(next);
        per.patient -= per.patient > 0 ? 1 : 0;
    }
}

std::size_t Dispatch::patient(const std::string& function) const {
    const auto found = functions_.find(function);
    return found == functions_.end() ? 0 : found->second.patient;
}

}  // namespace lambent::scheduler
