#include "runtime/environment/environment_fsm.h"

#include <array>

namespace lambent::runtime {
namespace {

using State = EnvironmentFsm::State;
using Event = EnvironmentFsm::Event;
using Action = EnvironmentFsm::Action;

struct Step {
    State from;
    Event event;
    Action action;
    State to;
};

// All that is allowed. A cell may die, and may be closed, in any state but the last.
constexpr std::array kSteps{
    Step{State::kBooting, Event::kNext, Action::kInitialise, State::kIdle},
    Step{State::kBooting, Event::kInitError, Action::kFailInit, State::kOver},
    Step{State::kBooting, Event::kDeadline, Action::kCut, State::kOver},
    Step{State::kBooting, Event::kExit, Action::kMourn, State::kOver},
    Step{State::kBooting, Event::kClose, Action::kMourn, State::kOver},

    Step{State::kIdle, Event::kNext, Action::kPark, State::kIdle},
    Step{State::kIdle, Event::kOffer, Action::kDeliver, State::kBusy},
    Step{State::kIdle, Event::kExit, Action::kRetire, State::kOver},
    Step{State::kIdle, Event::kClose, Action::kRetire, State::kOver},

    Step{State::kOffered, Event::kNext, Action::kDeliver, State::kBusy},
    Step{State::kOffered, Event::kDeadline, Action::kCut, State::kOver},
    Step{State::kOffered, Event::kExit, Action::kMourn, State::kOver},
    Step{State::kOffered, Event::kClose, Action::kMourn, State::kOver},

    Step{State::kBusy, Event::kAnswerBegins, Action::kAccept, State::kAnswering},
    Step{State::kBusy, Event::kDeadline, Action::kCut, State::kOver},
    Step{State::kBusy, Event::kExit, Action::kMourn, State::kOver},
    Step{State::kBusy, Event::kClose, Action::kMourn, State::kOver},

    Step{State::kAnswering, Event::kAnswerBroken, Action::kReopen, State::kBusy},
    Step{State::kAnswering, Event::kAnswerEnds, Action::kFinish, State::kAnswered},
    Step{State::kAnswering, Event::kDeadline, Action::kCut, State::kOver},
    Step{State::kAnswering, Event::kExit, Action::kMourn, State::kOver},
    Step{State::kAnswering, Event::kClose, Action::kMourn, State::kOver},

    Step{State::kAnswered, Event::kNext, Action::kPark, State::kIdle},
    Step{State::kAnswered, Event::kOffer, Action::kHold, State::kOffered},
    Step{State::kAnswered, Event::kExit, Action::kRetire, State::kOver},
    Step{State::kAnswered, Event::kClose, Action::kRetire, State::kOver},
};

}  // namespace

EnvironmentFsm::Action EnvironmentFsm::on(Event event) {
    for (const Step& step : kSteps) {
        if (step.from == state_ && step.event == event) {
            state_ = step.to;
            return step.action;
        }
    }
    return Action::kRefuse;
}

std::string_view to_string(EnvironmentFsm::State state) {
    switch (state) {
        case State::kBooting:
            return "Booting";
        case State::kIdle:
            return "Idle";
        case State::kOffered:
            return "Offered";
        case State::kBusy:
            return "Busy";
        case State::kAnswering:
            return "Answering";
        case State::kAnswered:
            return "Answered";
        case State::kOver:
            return "Over";
    }
    return "Over";
}

std::string_view to_string(EnvironmentFsm::Event event) {
    switch (event) {
        case Event::kNext:
            return "Next";
        case Event::kAnswerBegins:
            return "AnswerBegins";
        case Event::kAnswerBroken:
            return "AnswerBroken";
        case Event::kAnswerEnds:
            return "AnswerEnds";
        case Event::kInitError:
            return "InitError";
        case Event::kOffer:
            return "Offer";
        case Event::kDeadline:
            return "Deadline";
        case Event::kExit:
            return "Exit";
        case Event::kClose:
            return "Close";
    }
    return "Close";
}

std::string_view to_string(EnvironmentFsm::Action action) {
    switch (action) {
        case Action::kRefuse:
            return "Refuse";
        case Action::kPark:
            return "Park";
        case Action::kInitialise:
            return "Initialise";
        case Action::kFailInit:
            return "FailInit";
        case Action::kHold:
            return "Hold";
        case Action::kDeliver:
            return "Deliver";
        case Action::kAccept:
            return "Accept";
        case Action::kReopen:
            return "Reopen";
        case Action::kFinish:
            return "Finish";
        case Action::kCut:
            return "Cut";
        case Action::kMourn:
            return "Mourn";
        case Action::kRetire:
            return "Retire";
    }
    return "Refuse";
}

}  // namespace lambent::runtime
