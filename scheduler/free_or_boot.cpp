#include "scheduler/free_or_boot.h"

#include <algorithm>
#include <array>

namespace lambent::scheduler {
namespace {

using std::chrono::nanoseconds;

void learn(nanoseconds& average, nanoseconds sample) {
    constexpr int kMemory = 8;
    constexpr int kLeapMax = 4;  // one call that stalled says little of the next
    average = average.count() == 0
                  ? sample
                  : average + (std::min(sample, kLeapMax * average) - average) / kMemory;
}

}  // namespace

void FreeOrBoot::call_began(EnvironmentId id, SteadyTime now) {
    if (running_.size() < kRunningMax) {
        running_.push_back(Running{id, now});
    }
}

void FreeOrBoot::call_ended(EnvironmentId id, SteadyTime now, nanoseconds in_handler) {
    const std::optional<Running> ended = forget(id);
    if (!ended) {
        return;
    }
    learn(call_time_, now - ended->since);
    crowding_.call_ended(now - ended->since, in_handler);
}

void FreeOrBoot::call_lost(EnvironmentId id) {
    forget(id);
}

std::optional<FreeOrBoot::Running> FreeOrBoot::forget(EnvironmentId id) {
    const auto is_it = [id](const Running& running) {
        return running.id == id;
    };
    const auto found = std::find_if(running_.begin(), running_.end(), is_it);
    if (found == running_.end()) {
        return std::nullopt;
    }
    const Running ended = *found;
    *found = running_.back();
    running_.pop_back();
    return ended;
}

void FreeOrBoot::boot_took(nanoseconds time) {
    learn(boot_time_, time);
}

std::optional<SteadyTime> FreeOrBoot::crowded_until(std::size_t waiting, SteadyTime now) const {
    constexpr nanoseconds kLookAgain = std::chrono::milliseconds(2);
    constexpr nanoseconds kUsualMin = std::chrono::milliseconds(5);
    constexpr nanoseconds kSoon = std::chrono::milliseconds(25);
    constexpr int kUnusual = 8;
    if (running_.size() < crowding_.worth(running_.size())) {
        return std::nullopt;
    }
    // One that goes on for longer than others may do so for minutes: it says nothing of them.
    const nanoseconds usual = std::max(kUsualMin, kUnusual * call_time_);
    const auto is_usual = [now, usual](const Running& running) {
        return now - running.since <= usual;
    };
    const auto busy =
        static_cast<std::size_t>(std::count_if(running_.begin(), running_.end(), is_usual));
    if (busy < crowding_.worth(busy)) {
        return std::nullopt;
    }
    const nanoseconds last = call_time_ * waiting / busy;
    return last <= kSoon ? std::optional(now + kLookAgain) : std::nullopt;
}

std::optional<SteadyTime> FreeOrBoot::free_by(std::size_t ahead, SteadyTime now) {
    if (const auto until = crowded_until(ahead + 1, now)) {
        return until;
    }
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
