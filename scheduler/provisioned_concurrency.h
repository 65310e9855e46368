#pragma once

#include "runtime/functions/alias_registry.h"
#include "scheduler/concurrency_settings.h"
#include "scheduler/scheduler.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lambent::scheduler {

// What one configuration asks of one version.
struct ProvisionedShare {
    std::string version;  // a number
    std::uint32_t slots = 0;
};

// The versions among which a configuration is shared out: its own, or those its alias leads to, in
// proportion to their weights. None when the alias is gone or leads to $LATEST. Pure.
std::vector<ProvisionedShare> shares_of(
    const ProvisionedConfig& config, const std::optional<runtime::Alias>& alias
);

// How far a configuration has come.
struct ProvisionedStatus {
    enum class State { kInProgress, kReady, kFailed };
    State state = State::kInProgress;
    std::uint32_t allocated = 0;  // environments that are booted
    std::uint32_t available = 0;  // those, but for the ones that are in use
    std::string reason;           // of kFailed, as AWS words it where it does
};

// Keeps the scheduler's environments as the settings and aliases want them: told of each change of
// either, it tells the scheduler how many to keep of which version. Owned by the composition root;
// event loop's thread only.
class ProvisionedConcurrency {
  public:
    ProvisionedConcurrency(
        const ConcurrencySettings& settings,
        const runtime::AliasRegistry& aliases,
        Scheduler& scheduler
    )
        : settings_(settings), aliases_(aliases), scheduler_(scheduler) {}

    // Settings, aliases or versions of the function have changed.
    void refresh(const std::string& function);
    ProvisionedStatus status(const ProvisionedConfig& config) const;
    // The highest share of its environments that was in use since this was asked last; nothing
    // when no call ran on them.
    std::optional<double> take_utilisation(const ProvisionedConfig& config);

  private:
    std::vector<ProvisionedShare> shares(const ProvisionedConfig& config) const;

    const ConcurrencySettings& settings_;
    const runtime::AliasRegistry& aliases_;
    Scheduler& scheduler_;
    std::map<std::string, std::set<std::string>> versions_;  // with slots, by function
};

}  // namespace lambent::scheduler
