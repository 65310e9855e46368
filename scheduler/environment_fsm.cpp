#include "scheduler/environment_fsm.h"

namespace lambent::scheduler {
namespace {

using State = EnvironmentState;
using Event = EnvironmentEvent;

std::optional<State> from_starting(Event event) {
    switch (event) {
        case Event::kBootSucceededForCall:
            return State::kLeased;
        case Event::kBootSucceededForPool:
            return State::kIdle;
        case Event::kBootFailedForCall:
            return State::kRepeating;
        case Event::kDiscarded:
            return State::kClosing;
        default:
            return std::nullopt;
    }
}

std::optional<State> from_leased(Event event) {
    switch (event) {
        case Event::kReleasedToPool:
            return State::kIdle;
        case Event::kReleasedToCall:
            return State::kLeased;
        case Event::kDiscarded:
            return State::kClosing;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<EnvironmentState> next_state(EnvironmentState state, EnvironmentEvent event) {
    const std::optional<State> closing =
        event == Event::kDiscarded ? std::optional(State::kClosing) : std::nullopt;
    switch (state) {
        case State::kStarting:
            return from_starting(event);
        case State::kRepeating:
            return event == Event::kRepeatSucceeded ? State::kLeased : closing;
        case State::kLeased:
            return from_leased(event);
        case State::kIdle:
            return event == Event::kTaken ? State::kLeased : closing;
        case State::kClosing:
            break;
    }
    return std::nullopt;
}

std::string_view to_string(EnvironmentState state) {
    switch (state) {
        case State::kStarting:
        case State::kRepeating:
            return "starting";
        case State::kLeased:
            return "busy";
        case State::kIdle:
            return "idle";
        case State::kClosing:
            return "closing";
    }
    return "";
}

}  // namespace lambent::scheduler
