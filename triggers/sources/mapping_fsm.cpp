#include "triggers/sources/mapping_fsm.h"

namespace lambent::triggers {
namespace {

std::optional<MappingState> when_settled(MappingState state, bool enabled) {
    switch (state) {
        case MappingState::kCreating:
        case MappingState::kUpdating:
            return enabled ? MappingState::kEnabled : MappingState::kDisabled;
        case MappingState::kEnabling:
            return MappingState::kEnabled;
        case MappingState::kDisabling:
            return MappingState::kDisabled;
        case MappingState::kEnabled:
        case MappingState::kDisabled:
        case MappingState::kDeleting:  // what was deleted is nowhere
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(MappingState state) {
    switch (state) {
        case MappingState::kCreating:
            return "Creating";
        case MappingState::kEnabling:
            return "Enabling";
        case MappingState::kEnabled:
            return "Enabled";
        case MappingState::kDisabling:
            return "Disabling";
        case MappingState::kDisabled:
            return "Disabled";
        case MappingState::kUpdating:
            return "Updating";
        case MappingState::kDeleting:
            return "Deleting";
    }
    return "";
}

std::optional<MappingState> next_state(MappingState state, MappingEvent event, bool enabled) {
    if (event == MappingEvent::kSettled) {
        return when_settled(state, enabled);
    }
    const bool is_enabled = state == MappingState::kEnabled;
    if (!is_enabled && state != MappingState::kDisabled) {
        return std::nullopt;
    }
    switch (event) {
        case MappingEvent::kEnable:
            return is_enabled ? MappingState::kUpdating : MappingState::kEnabling;
        case MappingEvent::kDisable:
            return is_enabled ? MappingState::kDisabling : MappingState::kUpdating;
        case MappingEvent::kUpdate:
            return MappingState::kUpdating;
        case MappingEvent::kRemove:
            return MappingState::kDeleting;
        case MappingEvent::kSettled:
            break;
    }
    return std::nullopt;
}

MappingEvent event_of(const MappingSettings& before, const MappingSettings& after) {
    if (before.enabled == after.enabled) {
        return MappingEvent::kUpdate;
    }
    return after.enabled ? MappingEvent::kEnable : MappingEvent::kDisable;
}

MappingSettings MappingChange::applied_to(MappingSettings settings) const {
    settings.function = function.value_or(settings.function);
    settings.enabled = enabled.value_or(settings.enabled);
    settings.batch_size = batch_size.value_or(settings.batch_size);
    settings.window = window.value_or(settings.window);
    settings.filters = filters.value_or(settings.filters);
    settings.concurrency_max = concurrency_max.value_or(settings.concurrency_max);
    settings.reports_failures = reports_failures.value_or(settings.reports_failures);
    return settings;
}

}  // namespace lambent::triggers
