#pragma once

#include "triggers/sources/event_source_mapping.h"

#include <optional>

namespace lambent::triggers {

// What happens to a mapping: its owner asks for something, or what was asked for has come true.
enum class MappingEvent { kEnable, kDisable, kUpdate, kRemove, kSettled };

// Where a mapping stands after an event; nothing: the event may not happen there. A mapping that is
// on its way from one state to another refuses its owner, as Lambda does, until it has arrived.
// `enabled`: what its owner wants it to be, after the event. Pure.
std::optional<MappingState> next_state(MappingState state, MappingEvent event, bool enabled);

// What a change from one to the other is.
MappingEvent event_of(const MappingSettings& before, const MappingSettings& after);

}  // namespace lambent::triggers
