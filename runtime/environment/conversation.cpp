#include "runtime/environment/conversation.h"

#include <utility>

namespace lambent::runtime {
namespace {

using Event = EnvironmentFsm::Event;
using Action = EnvironmentFsm::Action;

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

Conversation::Conversation(const boost::asio::any_io_executor& executor)
    : executor_(executor), init_(executor) {}

Task<GuestInit> Conversation::initialised() {
    GuestInit init = co_await init_.wait();
    init.opened = opened_;
    init.ended = now();
    co_return init;
}

Task<GuestAnswer> Conversation::exchange(ChannelEvent event) {
    OneShot<GuestAnswer> answer(executor_);
    // Cleared however this flow ends: an answer that comes later has nobody to go to.
    struct Wanted {
        OneShot<GuestAnswer>*& slot;
        std::shared_ptr<ResponseSink>& sink;
        ~Wanted() {
            slot = nullptr;
            sink = nullptr;
        }
    } wanted{wanted_, sink_};
    wanted_ = &answer;
    sink_ = std::move(event.sink);
    switch (fsm_.on(Event::kOffer)) {
        case Action::kDeliver:
            hand_over(event);
            std::exchange(parked_, nullptr)->take(std::move(event));
            break;
        case Action::kHold:
            offered_ = std::move(event);
            break;
        default:
            co_return GuestAnswer();
    }
    co_return co_await answer.wait();
}

Action Conversation::end(Event why) {
    const Action action = fsm_.on(why);
    if (action == Action::kRefuse) {
        return action;
    }
    init_.set(GuestInit());
    if (wanted_ != nullptr) {
        wanted_->set(GuestAnswer());
    }
    if (parked_ != nullptr) {
        std::exchange(parked_, nullptr)->dismiss();
    }
    return action;
}

void Conversation::opened(SteadyTime when) {
    if (opened_ == SteadyTime()) {
        opened_ = when;
    }
}

bool Conversation::ask(EventTaker& taker) {
    switch (fsm_.on(Event::kNext)) {
        case Action::kInitialise: {
            GuestInit ready;
            ready.signal = InitSignal::kReady;
            init_.set(std::move(ready));
            park(taker);
            return true;
        }
        case Action::kPark:
            park(taker);
            return true;
        case Action::kDeliver: {
            hand_over(*offered_);
            ChannelEvent event = std::move(*std::exchange(offered_, std::nullopt));
            taker.take(std::move(event));
            return true;
        }
        default:
            return false;
    }
}

void Conversation::park(EventTaker& taker) {
    if (parked_ != nullptr && parked_ != &taker) {
        parked_->dismiss();  // the guest's latest request is the one it waits for
    }
    parked_ = &taker;
}

void Conversation::forget(EventTaker& taker) {
    if (parked_ == &taker) {
        parked_ = nullptr;
    }
}

Task<std::optional<ChannelEvent>> Conversation::next() {
    struct Place final : EventTaker {
        Place(Conversation& in, const boost::asio::any_io_executor& executor)
            : talk(in), event(executor) {}
        ~Place() override { talk.forget(*this); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        void take(ChannelEvent taken) override { event.set(std::move(taken)); }
        void dismiss() override { event.set(std::nullopt); }

        Conversation& talk;
        OneShot<std::optional<ChannelEvent>> event;
    };
    Place place(*this, executor_);
    if (!ask(place)) {
        co_return std::nullopt;
    }
    co_return co_await place.event.wait();
}

void Conversation::hand_over(ChannelEvent& event) {
    request_id_ = event.request_id;
    delivered_ = now();
}

bool Conversation::init_failed(std::string payload, std::string error_type) {
    if (fsm_.on(Event::kInitError) != Action::kFailInit) {
        return false;
    }
    GuestInit failed;
    failed.signal = InitSignal::kError;
    failed.payload = std::move(payload);
    failed.error_type = std::move(error_type);
    init_.set(std::move(failed));
    return true;
}

Conversation::Claim Conversation::claim_answer(std::string_view request_id) {
    if (request_id.empty() || request_id != request_id_) {
        return Claim::kUnknownRequest;
    }
    if (fsm_.on(Event::kAnswerBegins) != Action::kAccept) {
        return Claim::kNotNow;
    }
    first_byte_ = now();
    return Claim::kGranted;
}

void Conversation::answer_broken() {
    fsm_.on(Event::kAnswerBroken);
}

void Conversation::answer_ended(
    AnswerKind kind,
    std::string payload,
    std::string error_type,
    std::chrono::microseconds in_handler
) {
    if (fsm_.on(Event::kAnswerEnds) != Action::kFinish || wanted_ == nullptr) {
        return;
    }
    if (sink_ != nullptr && kind == AnswerKind::kResponse && !payload.empty()) {
        sink_->begin("application/json");
        sink_->write(std::exchange(payload, std::string()));
    }
    GuestAnswer answer;
    answer.kind = kind;
    answer.payload = std::move(payload);
    answer.error_type = std::move(error_type);
    answer.delivered = delivered_;
    answer.first_byte = first_byte_;
    answer.last_byte = now();
    answer.in_handler = in_handler;
    wanted_->set(std::move(answer));
}

}  // namespace lambent::runtime
