#include "scheduler/free_or_boot.h"

#include <algorithm>
#include <array>

namespace lambent::scheduler {
namespace {

using std::chrono::nanoseconds;

void learn(nanoseconds& average, nanoseconds sample) {
    constexpr int kMemory = 8;
    average = average.count() == 0 ? sample : average + (sample - average) / kMemory;
}

}  // namespace

void FreeOrBoot::call_began(EnvironmentId id, SteadyTime now) {
    if (running_.size() < kRunningMax) {
        running_.push_back(Running{id, now});
    }
}

void FreeOrBoot::call_ended(EnvironmentId id, SteadyTime now) {
    if (const std::optional<SteadyTime> since = forget(id)) {
        learn(call_time_, now - *since);
    }
}

void FreeOrBoot::call_lost(EnvironmentId id) {
    forget(id);
}

std::optional<SteadyTime> FreeOrBoot::forget(EnvironmentId id) {
    const auto is_it = [id](const Running& running) {
        return running.id == id;
    };
    const auto found = std::find_if(running_.begin(), running_.end(), is_it);
    if (found == running_.end()) {
        return std::nullopt;
    }
    const SteadyTime since = found->since;
    *found = running_.back();
    running_.pop_back();
    return since;
}

void FreeOrBoot::boot_took(nanoseconds time) {
    learn(boot_time_, time);
}

std::optional<SteadyTime> FreeOrBoot::free_by(std::size_t ahead, SteadyTime now) {
    std::array<SteadyTime, kRunningMax> ends;
    std::size_t count = 0;
    for (const Running& running : running_) {
        const SteadyTime end = running.since + call_time_;
        if (end > now && end < now + boot_time_) {
            ends.at(count++) = end;
        }
    }
    if (ahead >= count) {
        return std::nullopt;
    }
    const auto wanted = ends.begin() + static_cast<std::ptrdiff_t>(ahead);
    std::nth_element(ends.begin(), wanted, ends.begin() + static_cast<std::ptrdiff_t>(count));
    rented_ += *wanted - now;
    if (rented_ > boot_time_) {
        rented_ = nanoseconds(0);
        return std::nullopt;
    }
    return *wanted;
}

}  // namespace lambent::scheduler
