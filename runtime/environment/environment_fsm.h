#pragma once

#include <string_view>

namespace lambent::runtime {

// The life of one environment as its two sides see it: the guest, which asks for events and answers
// them, and the platform, which offers events, enforces deadlines and learns of deaths. Pure: no
// time, no I/O. Every transition that is not in the table is refused and changes nothing, so a
// guest that misbehaves gets a 403 and the invocation in flight is not disturbed.
class EnvironmentFsm {
  public:
    enum class State {
        kBooting,    // started; the runtime has not asked for its first event
        kIdle,       // the guest waits for an event
        kOffered,    // an event waits for the guest
        kBusy,       // the guest has the event
        kAnswering,  // the first answer's head has come, its body is on the way
        kAnswered,   // answered; the guest has not asked for the next event yet
        kOver,       // the cell is dead or about to be; final
    };

    enum class Event {
        kNext,          // guest: asks for an event
        kAnswerBegins,  // guest: a response or an error for the event it has
        kAnswerBroken,  // guest: that answer's body did not arrive whole
        kAnswerEnds,    // guest: the answer is complete
        kInitError,     // guest: cannot initialise
        kOffer,         // platform: an event for the guest
        kDeadline,      // platform: the time of init or of the event is over
        kExit,          // platform: the cell has died
        kClose,         // platform: the environment is no longer wanted
    };

    enum class Action {
        kRefuse,      // not allowed now; nothing has changed
        kPark,        // hold the request for an event, in place of one that is held already
        kInitialise,  // init is over; hold the request
        kFailInit,    // init failed; the cell is to be closed
        kHold,        // keep the event until the guest asks
        kDeliver,     // hand the event to the guest
        kAccept,      // read this answer
        kReopen,      // wait for another answer
        kFinish,      // the answer is the outcome
        kCut,         // kill the cell: init or invocation ran out of time
        kMourn,       // the cell's death is the outcome of init or of the event in flight
        kRetire,      // the cell ended between two events
    };

    State state() const { return state_; }
    Action on(Event event);

  private:
    State state_ = State::kBooting;
};

std::string_view to_string(EnvironmentFsm::State state);
std::string_view to_string(EnvironmentFsm::Event event);
std::string_view to_string(EnvironmentFsm::Action action);

}  // namespace lambent::runtime
