#pragma once

#include "base/async/one_shot.h"
#include "base/async/task.h"
#include "runtime/environment/environment_fsm.h"
#include "runtime/environment/runtime_channel.h"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::runtime {

// Who hands events to the guest on one of its wires.
class EventTaker {
  public:
    virtual void take(ChannelEvent event) = 0;
    // No event will come to this one: the guest has asked anew, or has ended.
    virtual void dismiss() = 0;

  protected:
    virtual ~EventTaker() = default;
};

// Lets the platform's flow (init, then exchanges) and the guest's requests meet, by the rules of
// EnvironmentFsm; knows no wire. Owned by a channel; event loop's thread only.
class Conversation {
  public:
    explicit Conversation(const boost::asio::any_io_executor& executor);

    // The platform's side; see RuntimeChannel.
    Task<GuestInit> initialised();
    Task<GuestAnswer> exchange(ChannelEvent event);
    EnvironmentFsm::Action end(EnvironmentFsm::Event why);

    // The guest's side. `opened`: it made its first connection.
    void opened(SteadyTime when);
    // The guest asks for an event; `taker` gets it, now or later, until it is forgotten. False when
    // the guest may not ask now.
    bool ask(EventTaker& taker);
    void forget(EventTaker& taker);
    // The same for a flow, which waits. Nothing when the guest may not ask now, when a later
    // request took this one's place, or when the environment has ended.
    Task<std::optional<ChannelEvent>> next();
    bool init_failed(std::string payload, std::string error_type);

    enum class Claim { kGranted, kUnknownRequest, kNotNow };
    // The first answer to the current event wins: its claim is granted, until it breaks or ends.
    Claim claim_answer(std::string_view request_id);
    void answer_broken();
    void answer_ended(
        AnswerKind kind,
        std::string payload,
        std::string error_type,
        std::chrono::microseconds in_handler = {}
    );
    // Who wants the answer that was claimed while it comes; null when it is wanted whole. It then
    // ends with an empty payload; one that came whole all the same goes there, too.
    const std::shared_ptr<ResponseSink>& sink() const { return sink_; }

    EnvironmentFsm::State state() const { return fsm_.state(); }

  private:
    void park(EventTaker& taker);
    void hand_over(ChannelEvent& event);

    boost::asio::any_io_executor executor_;
    EnvironmentFsm fsm_;
    SteadyTime opened_;
    OneShot<GuestInit> init_;
    EventTaker* parked_ = nullptr;            // whose request for an event is held
    std::optional<ChannelEvent> offered_;     // the event that is held, if one is
    OneShot<GuestAnswer>* wanted_ = nullptr;  // who waits for the answer
    std::string request_id_;                  // of the event that the guest has or had last
    std::shared_ptr<ResponseSink> sink_;      // shared with who invokes; null between two exchanges
    SteadyTime delivered_;
    SteadyTime first_byte_;
};

}  // namespace lambent::runtime
