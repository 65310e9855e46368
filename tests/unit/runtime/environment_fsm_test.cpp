#include "runtime/environment/environment_fsm.h"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

using lambent::runtime::EnvironmentFsm;
using State = EnvironmentFsm::State;
using FsmEvent = EnvironmentFsm::Event;
using Action = EnvironmentFsm::Action;

namespace {

constexpr std::array kStates{
    State::kBooting,
    State::kIdle,
    State::kOffered,
    State::kBusy,
    State::kAnswering,
    State::kAnswered,
    State::kOver,
};
constexpr std::array kEvents{
    FsmEvent::kNext,
    FsmEvent::kAnswerBegins,
    FsmEvent::kAnswerBroken,
    FsmEvent::kAnswerEnds,
    FsmEvent::kInitError,
    FsmEvent::kOffer,
    FsmEvent::kDeadline,
    FsmEvent::kExit,
    FsmEvent::kClose,
};

// A machine led into `state` by the shortest path there.
EnvironmentFsm machine_in(State state) {
    const std::vector<std::vector<FsmEvent>> paths = {
        {},
        {FsmEvent::kNext},
        {FsmEvent::kNext,
         FsmEvent::kOffer,
         FsmEvent::kAnswerBegins,
         FsmEvent::kAnswerEnds,
         FsmEvent::kOffer},
        {FsmEvent::kNext, FsmEvent::kOffer},
        {FsmEvent::kNext, FsmEvent::kOffer, FsmEvent::kAnswerBegins},
        {FsmEvent::kNext, FsmEvent::kOffer, FsmEvent::kAnswerBegins, FsmEvent::kAnswerEnds},
        {FsmEvent::kExit},
    };
    EnvironmentFsm machine;
    for (const FsmEvent event : paths.at(static_cast<std::size_t>(state))) {
        machine.on(event);
    }
    REQUIRE(machine.state() == state);
    return machine;
}

// One letter for what each event does, in the order of kEvents; '.' is a refusal that must leave
// the state alone. The second string is the state each event leads to.
struct Row {
    State state;
    std::string_view actions;
    std::string_view leads_to;
};

//   P park  I initialise  F fail init  H hold  D deliver  A accept  R reopen  X finish  C cut
//   M mourn  T retire        states: b booting  i idle  o offered  y busy  g answering  a answered
//   z over
constexpr std::array kTable{
    Row{State::kBooting, "I...F.CMM", "ibbbzbzzz"},
    Row{State::kIdle, "P....D.TT", "iiiiiyizz"},
    Row{State::kOffered, "D.....CMM", "yooooozzz"},
    Row{State::kBusy, ".A....CMM", "ygyyyyzzz"},
    Row{State::kAnswering, "..RX..CMM", "ggyaggzzz"},
    Row{State::kAnswered, "P....H.TT", "iaaaaoazz"},
    Row{State::kOver, ".........", "zzzzzzzzz"},
};

Action action_of(char letter) {
    constexpr std::string_view kLetters = ".PIFHDARXCMT";
    return static_cast<Action>(kLetters.find(letter));
}

State state_of(char letter) {
    constexpr std::string_view kLetters = "bioygaz";
    return static_cast<State>(kLetters.find(letter));
}

}  // namespace

TEST_CASE(
    "EnvironmentFsm does in each state with each event what the table says",
    "[runtime][EnvironmentFsm]"
) {
    REQUIRE(kTable.size() == kStates.size());
    for (const Row& row : kTable) {
        REQUIRE(row.actions.size() == kEvents.size());
        REQUIRE(row.leads_to.size() == kEvents.size());
        for (std::size_t i = 0; i < kEvents.size(); ++i) {
            EnvironmentFsm machine = machine_in(row.state);
            INFO("in " << to_string(row.state) << " on " << to_string(kEvents.at(i)));
            CHECK(to_string(machine.on(kEvents.at(i))) == to_string(action_of(row.actions[i])));
            CHECK(to_string(machine.state()) == to_string(state_of(row.leads_to[i])));
        }
    }
}

TEST_CASE("EnvironmentFsm starts in booting", "[runtime][EnvironmentFsm]") {
    CHECK(EnvironmentFsm().state() == State::kBooting);
}

TEST_CASE("EnvironmentFsm lets one of two answers win", "[runtime][EnvironmentFsm]") {
    EnvironmentFsm machine = machine_in(State::kBusy);
    CHECK(machine.on(FsmEvent::kAnswerBegins) == Action::kAccept);
    CHECK(machine.on(FsmEvent::kAnswerBegins) == Action::kRefuse);
    CHECK(machine.on(FsmEvent::kAnswerEnds) == Action::kFinish);
    CHECK(machine.on(FsmEvent::kAnswerBegins) == Action::kRefuse);
}

TEST_CASE("EnvironmentFsm has a distinct word for everything", "[runtime][EnvironmentFsm]") {
    CHECK(to_string(State::kAnswering) == "Answering");
    CHECK(to_string(FsmEvent::kInitError) == "InitError");
    CHECK(to_string(Action::kInitialise) == "Initialise");
}
