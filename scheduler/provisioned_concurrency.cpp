#include "scheduler/provisioned_concurrency.h"

#include "runtime/functions/function.h"

#include <algorithm>
#include <cmath>

namespace lambent::scheduler {

std::vector<ProvisionedShare> shares_of(
    const ProvisionedConfig& config, const std::optional<runtime::Alias>& alias
) {
    const bool is_version =
        std::all_of(config.qualifier.begin(), config.qualifier.end(), [](char c) {
            return c >= '0' && c <= '9';
        });
    if (is_version) {
        return {{config.qualifier, config.requested}};
    }
    if (!alias || alias->version == runtime::kLatest) {
        return {};
    }
    if (!alias->split) {
        return {{alias->version, config.requested}};
    }
    const auto second = static_cast<std::uint32_t>(
        std::lround(static_cast<double>(config.requested) * alias->split->weight)
    );
    return {{alias->version, config.requested - second}, {alias->split->version, second}};
}

std::vector<ProvisionedShare> ProvisionedConcurrency::shares(const ProvisionedConfig& config
) const {
    return shares_of(config, aliases_.find(config.function, config.qualifier));
}

void ProvisionedConcurrency::refresh(const std::string& function) {
    std::map<std::string, std::uint32_t> wanted;
    for (const ProvisionedConfig& config : settings_.provisioned(function)) {
        for (const ProvisionedShare& share : shares(config)) {
            wanted[share.version] += share.slots;
        }
    }
    std::set<std::string>& before = versions_[function];
    for (const std::string& version : before) {
        wanted.try_emplace(version, 0);
    }
    before.clear();
    for (const auto& [version, slots] : wanted) {
        if (slots > 0) {
            before.insert(version);
        }
        scheduler_.provision(function, runtime::version_key(function, version), slots);
    }
    if (before.empty()) {
        versions_.erase(function);
    }
}

// Several configurations may lead to one version: each is told what its own share could be.
ProvisionedStatus ProvisionedConcurrency::status(const ProvisionedConfig& config) const {
    ProvisionedStatus status;
    bool has_failed = false;
    bool lacks_memory = false;
    std::uint32_t in_use = 0;
    for (const ProvisionedShare& share : shares(config)) {
        const auto state =
            scheduler_.provisioned(runtime::version_key(config.function, share.version));
        status.allocated += std::min(share.slots, state.ready);
        in_use += std::min(share.slots, state.in_use);
        has_failed = has_failed || state.has_failed;
        lacks_memory = lacks_memory || state.lacks_memory;
    }
    status.available = status.allocated - std::min(status.allocated, in_use);
    if (status.allocated >= config.requested) {
        status.state = ProvisionedStatus::State::kReady;
    } else if (has_failed) {
        status.state = ProvisionedStatus::State::kFailed;
        status.reason = "FUNCTION_ERROR_INIT_FAILURE";
    } else if (lacks_memory) {
        status.state = ProvisionedStatus::State::kFailed;
        status.reason = "This machine has not enough memory for all that is provisioned.";
    }
    return status;
}

std::optional<double> ProvisionedConcurrency::take_utilisation(const ProvisionedConfig& config) {
    std::uint32_t peak = 0;
    std::uint32_t slots = 0;
    for (const ProvisionedShare& share : shares(config)) {
        const std::string version = runtime::version_key(config.function, share.version);
        peak += scheduler_.take_provisioned_peak(version);
        slots += share.slots;
    }
    if (peak == 0 || slots == 0) {
        return std::nullopt;
    }
    return std::min(1.0, static_cast<double>(peak) / slots);
}

}  // namespace lambent::scheduler
