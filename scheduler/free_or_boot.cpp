#include "scheduler/free_or_boot.h"

#include <algorithm>
#include <array>

namespace lambent::scheduler {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kCrowd = 4;  // calls at once, and times as long as alone
constexpr nanoseconds kShort = std::chrono::milliseconds(10);

void learn(nanoseconds& average, nanoseconds sample) {
    constexpr int kMemory = 8;
    constexpr int kLeapMax = 4;  // one call that stalled says little of the next
    average = average.count() == 0
                  ? sample
                  : average + (std::min(sample, kLeapMax * average) - average) / kMemory;
}

}  // namespace

void FreeOrBoot::call_began(EnvironmentId id, SteadyTime now) {
    for (Running& other : running_) {
        other.alone = false;
    }
    if (running_.size() < kRunningMax) {
        running_.push_back(Running{id, now, running_.empty()});
    }
}

void FreeOrBoot::call_ended(EnvironmentId id, SteadyTime now) {
    const std::optional<Running> ended = forget(id);
    if (!ended) {
        return;
    }
    learn(call_time_, now - ended->since);
    if (ended->alone) {
        learn(alone_time_, now - ended->since);
    } else {
        const nanoseconds known = alone_time_.count() == 0 ? call_time_ : alone_time_;
        alone_time_ = std::min(known, call_time_);
    }
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
    constexpr nanoseconds kLookAgain = std::chrono::milliseconds(5);
    if (running_.size() < kCrowd || alone_time_.count() == 0 || call_time_ < kCrowd * alone_time_) {
        return std::nullopt;
    }
    // One that goes on for longer may do so for minutes, and need not compute.
    const auto is_short = [now](const Running& running) {
        return now - running.since <= kShort;
    };
    if (std::count_if(running_.begin(), running_.end(), is_short) <
        static_cast<std::ptrdiff_t>(kCrowd)) {
        return std::nullopt;
    }
    const nanoseconds work = alone_time_ * waiting;
    return work <= kShort ? std::optional(now + kLookAgain) : std::nullopt;
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
