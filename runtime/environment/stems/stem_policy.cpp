#include "runtime/environment/stems/stem_policy.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace lambent::runtime {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstPatience(1'000);
constexpr milliseconds kLastPatience(60'000);
constexpr milliseconds kLook(10'000);

}  // namespace

void StemPolicy::expect(const std::string& kind, SteadyTime now) {
    kinds_[kind].used = now;
}

void StemPolicy::asked(const std::string& name, SteadyTime now) {
    Kind& kind = kinds_[name];
    kind.used = now;
    asked_ = now;
    if (now - kind.second >= seconds(1)) {
        kind.second = now;
        kind.in_second = 0;
    }
    kind.in_second += 1;
    if (kind.in_second >= burst_now(kind, now)) {
        kind.burst = kind.in_second;
        kind.burst_at = now;
    }
}

void StemPolicy::added(const std::string& name, std::uint64_t bytes) {
    Kind& kind = kinds_[name];
    kind.ready += 1;
    kind.bytes = std::max<std::uint64_t>(bytes, 1);
    kind.patience = milliseconds(0);
}

void StemPolicy::removed(const std::string& name) {
    Kind& kind = kinds_[name];
    kind.ready -= std::min(kind.ready, 1U);
}

void StemPolicy::failed(const std::string& name, SteadyTime now) {
    Kind& kind = kinds_[name];
    kind.patience = std::clamp(kind.patience * 2, kFirstPatience, kLastPatience);
    kind.not_before = now + kind.patience;
}

double StemPolicy::burst_now(const Kind& kind, SteadyTime now) const {
    const duration<double> age = now - kind.burst_at;
    const duration<double> half = config_.half_life;
    return kind.burst * std::exp2(-age / half);
}

std::uint32_t StemPolicy::wish(const Kind& kind, SteadyTime now) const {
    switch (config_.mode) {
        case StemMode::kOff:
            return 0;
        case StemMode::kFixed:
            return config_.cells;
        case StemMode::kAuto:
            break;
    }
    if (now - kind.used > config_.forget) {
        return 0;
    }
    const double burst = std::ceil(burst_now(kind, now) - 0.01);
    const auto most = static_cast<double>(config_.cells_max);
    return std::max(config_.cells_min, static_cast<std::uint32_t>(std::min(burst, most)));
}

std::map<std::string, std::uint32_t> StemPolicy::targets(SteadyTime now) const {
    std::vector<const std::pair<const std::string, Kind>*> by_use;
    for (const auto& one : kinds_) {
        by_use.push_back(&one);
    }
    std::stable_sort(by_use.begin(), by_use.end(), [](const auto* a, const auto* b) {
        return a->second.used > b->second.used;
    });
    std::map<std::string, std::uint32_t> all;
    std::uint64_t left = config_.memory_budget_bytes;
    for (const auto* one : by_use) {
        const Kind& kind = one->second;
        const auto fitting = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(left / kind.bytes, config_.cells_max + config_.cells)
        );
        const std::uint32_t count = std::min(wish(kind, now), fitting);
        left -= count * kind.bytes;
        all[one->first] = count;
    }
    return all;
}

std::optional<std::string> StemPolicy::wanted(SteadyTime now) const {
    const bool quiet = now - asked_ >= config_.quiet;
    std::optional<std::string> neediest;
    double least = 1;
    for (const auto& [name, count] : targets(now)) {
        const Kind& kind = kinds_.at(name);
        if (kind.ready >= count || now < kind.not_before || (!quiet && kind.ready > 0)) {
            continue;
        }
        const double share = static_cast<double>(kind.ready) / count;
        if (share < least) {
            least = share;
            neediest = name;
        }
    }
    return neediest;
}

std::optional<std::string> StemPolicy::surplus(SteadyTime now) const {
    for (const auto& [name, count] : targets(now)) {
        if (kinds_.at(name).ready > count) {
            return name;
        }
    }
    return std::nullopt;
}

SteadyTime StemPolicy::next_look(SteadyTime now) const {
    if (now - asked_ < config_.quiet) {
        return asked_ + config_.quiet;
    }
    SteadyTime next = now + kLook;
    for (const auto& [name, kind] : kinds_) {
        if (kind.not_before > now) {
            next = std::min(next, kind.not_before);
        }
    }
    return next;
}

std::uint32_t StemPolicy::target(const std::string& kind, SteadyTime now) const {
    const auto all = targets(now);
    const auto found = all.find(kind);
    return found == all.end() ? 0 : found->second;
}

std::uint32_t StemPolicy::ready(const std::string& kind) const {
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? 0 : found->second.ready;
}

}  // namespace lambent::runtime
