#include "scheduler/environment_fsm.h"

#include <catch2/catch.hpp>

#include <map>
#include <utility>

using namespace lambent::scheduler;
using S = EnvironmentState;
using E = EnvironmentEvent;

TEST_CASE("next_state allows these transitions and no others", "[scheduler][environment_fsm]") {
    const std::map<std::pair<S, E>, S> allowed = {
        {{S::kStarting, E::kBootSucceededForCall}, S::kLeased},
        {{S::kStarting, E::kBootSucceededForPool}, S::kIdle},
        {{S::kStarting, E::kBootFailedForCall}, S::kRepeating},
        {{S::kStarting, E::kDiscarded}, S::kClosing},
        {{S::kRepeating, E::kRepeatSucceeded}, S::kLeased},
        {{S::kRepeating, E::kDiscarded}, S::kClosing},
        {{S::kLeased, E::kReleasedToPool}, S::kIdle},
        {{S::kLeased, E::kReleasedToCall}, S::kLeased},
        {{S::kLeased, E::kDiscarded}, S::kClosing},
        {{S::kIdle, E::kTaken}, S::kLeased},
        {{S::kIdle, E::kDiscarded}, S::kClosing},
    };
    for (const S state : {S::kStarting, S::kRepeating, S::kLeased, S::kIdle, S::kClosing}) {
        for (const E event :
             {E::kBootSucceededForCall,
              E::kBootSucceededForPool,
              E::kBootFailedForCall,
              E::kRepeatSucceeded,
              E::kReleasedToPool,
              E::kReleasedToCall,
              E::kTaken,
              E::kDiscarded}) {
            const auto found = allowed.find({state, event});
            const auto next = next_state(state, event);
            INFO("state " << static_cast<int>(state) << " event " << static_cast<int>(event));
            REQUIRE(next.has_value() == (found != allowed.end()));
            if (next) {
                CHECK(*next == found->second);
            }
        }
    }
}
