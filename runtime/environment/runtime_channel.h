#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "runtime/environment/environment_fsm.h"
#include "runtime/environment/response_sink.h"

#include <functional>
#include <memory>
#include <string>

namespace lambent::runtime {

// One event as a channel hands it to the guest.
struct ChannelEvent {
    std::string request_id;
    std::string payload;
    std::string client_context;  // JSON; empty when there is none
    std::string trace_id;
    std::string function_arn;
    WallTime deadline;
    std::shared_ptr<ResponseSink> sink;  // as in InvokeRequest
};

enum class InitSignal { kReady, kError, kNone };

// How the guest's init ended, as the channel saw it. kNone: it was cut, or died.
struct GuestInit {
    InitSignal signal = InitSignal::kNone;
    std::string payload;  // the error document, for kError
    std::string error_type;
    SteadyTime opened;  // when the guest opened the channel; epoch if it never did
    SteadyTime ended;   // when it was ready or had failed
};

enum class AnswerKind { kResponse, kError, kTooLarge, kStreamTooLarge, kNone };

// What the guest answered to one event. kNone: it was cut, or died.
struct GuestAnswer {
    AnswerKind kind = AnswerKind::kNone;
    std::string payload;
    std::string error_type;
    SteadyTime delivered;                     // the event left
    SteadyTime first_byte;                    // the answer began to arrive
    SteadyTime last_byte;                     // and was whole
    std::chrono::microseconds in_handler{0};  // as the guest says; 0: it does not
};

// How an environment talks to the runtime inside its cell, whatever the wire (CellChannel). One
// initialise, then exchanges one after another. Owned by its environment; event loop's thread only.
class RuntimeChannel {
  public:
    virtual ~RuntimeChannel() = default;

    // Calls `report` when the guest breaks the wire's rules in a way that no answer can mend.
    virtual void on_broken(std::function<void()> report) = 0;
    virtual Task<GuestInit> initialised() = 0;
    virtual Task<GuestAnswer> exchange(ChannelEvent event) = 0;
    // The guest ran out of time, died or is unwanted (kDeadline, kExit, kClose): who waits gets
    // kNone, and the guest gets no more events. Says what that meant.
    virtual EnvironmentFsm::Action end(EnvironmentFsm::Event why) = 0;
    // Waits until nothing of the channel runs any more.
    virtual Task<> close() = 0;
};

}  // namespace lambent::runtime
