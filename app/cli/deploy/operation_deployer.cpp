#include "app/cli/deploy/operation_deployer.h"

namespace lambent::cli {
namespace {

void note_change(bool changed, DeployedFunction& deployed) {
    if (changed && deployed.action == DeployAction::kUnchanged) {
        deployed.action = DeployAction::kUpdated;
    }
}

}  // namespace

Result<void> OperationDeployer::put_settings(
    const FunctionOperation& wanted, DeployedFunction& deployed
) {
    const std::string& function = deployed.settings.name;
    LAMBENT_TRY(const bool slots_changed, put_concurrency(wanted, function));
    LAMBENT_TRY(const bool events_changed, put_events(wanted, function));
    note_change(slots_changed || events_changed, deployed);
    return {};
}

// A version of what was just deployed, unless the newest one is that already.
Result<void> OperationDeployer::put_alias(
    const FunctionOperation& wanted, DeployedFunction& deployed
) {
    if (wanted.alias.empty()) {
        return {};
    }
    const std::string& function = deployed.settings.name;
    LAMBENT_TRY(const std::string version, api_.publish(function, wanted.version_description));
    LAMBENT_TRY(const auto now, api_.alias(function, wanted.alias));
    if (!now) {
        LAMBENT_TRY(api_.create_alias(function, wanted.alias, version));
    } else if (*now != version) {
        LAMBENT_TRY(api_.move_alias(function, wanted.alias, version));
    }
    deployed.alias = wanted.alias;
    deployed.arn += ":" + wanted.alias;
    note_change(now != version, deployed);
    return {};
}

Result<bool> OperationDeployer::put_concurrency(
    const FunctionOperation& wanted, const std::string& function
) {
    bool changed = false;
    if (wanted.reserved_slots) {
        LAMBENT_TRY(const auto now, api_.reserved(function));
        if (now != wanted.reserved_slots) {
            LAMBENT_TRY(api_.reserve(function, *wanted.reserved_slots));
            changed = true;
        }
    }
    if (wanted.provisioned_slots) {
        LAMBENT_TRY(const auto now, api_.provisioned(function, wanted.alias));
        if (now != wanted.provisioned_slots) {
            LAMBENT_TRY(api_.provision(function, wanted.alias, *wanted.provisioned_slots));
            changed = true;
        }
    }
    return changed;
}

Result<bool> OperationDeployer::put_events(
    const FunctionOperation& wanted, const std::string& function
) {
    bool changed = false;
    if (wanted.async) {
        LAMBENT_TRY(const auto now, api_.async_settings(function, wanted.alias));
        if (now != wanted.async) {
            LAMBENT_TRY(api_.set_async(function, wanted.alias, *wanted.async));
            changed = true;
        }
    }
    if (!wanted.recursive_loop.empty()) {
        LAMBENT_TRY(const std::string now, api_.recursive_loop(function));
        if (now != wanted.recursive_loop) {
            LAMBENT_TRY(api_.set_recursive_loop(function, wanted.recursive_loop));
            changed = true;
        }
    }
    return changed;
}

}  // namespace lambent::cli
