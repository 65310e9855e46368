#include "scheduler/dispatch.h"

#include <catch2/catch.hpp>

#include <memory>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

// Six idle environments of a function whose calls take 50 us alone and 1 ms when several run.
class Crowd {
  public:
    Crowd() : dispatch_(limits()) {
        auto made = std::make_shared<runtime::Function>();
        made->name = "f";
        made->memory_mb = 100;
        made->revision_id = "1";
        function_ = made;
        boot_six();
        for (int i = 0; i < 200; ++i) {
            const EnvironmentId id = dispatch_.take_idle(function_, now_).value();
            now_ += 50us;
            dispatch_.release(id, now_);
        }
        for (int i = 0; i < 50; ++i) {
            const std::vector<EnvironmentId> running = take_all();
            now_ += 1ms;
            for (const EnvironmentId id : running) {
                dispatch_.release(id, now_);
            }
        }
        CHECK_FALSE(dispatch_.next_action().has_value());
    }

    std::vector<EnvironmentId> take_all() {
        std::vector<EnvironmentId> taken;
        while (const auto id = dispatch_.take_idle(function_, now_)) {
            taken.push_back(*id);
        }
        return taken;
    }
    void wait(CallId call) { dispatch_.wait(call, function_, StartPreference::kAny, now_); }
    void pass(SteadyTime::duration time) {
        now_ += time;
        dispatch_.tick(now_);
    }
    void release(EnvironmentId id) { dispatch_.release(id, now_); }
    void crash(EnvironmentId id) { dispatch_.discard(id); }

    struct Wanted {
        std::vector<Serve> served;
        std::size_t boots = 0;
    };
    Wanted wanted() {
        Wanted all;
        while (const auto action = dispatch_.next_action()) {
            if (const auto* serve = std::get_if<Serve>(&*action)) {
                all.served.push_back(*serve);
            }
            all.boots += std::holds_alternative<StartBoot>(*action) ? 1 : 0;
        }
        return all;
    }

  private:
    static DispatchLimits limits() {
        DispatchLimits made;
        made.boots_max = 6;
        made.memory_budget_mb = 10'000;
        return made;
    }
    void boot_six() {
        for (CallId call = 1; call <= 6; ++call) {
            wait(call);
        }
        for (EnvironmentId id = 1; id <= 6; ++id) {
            dispatch_.boot_succeeded(id, now_);
        }
        CHECK(wanted().served.size() == 6);
        for (EnvironmentId id = 1; id <= 6; ++id) {
            dispatch_.release(id, now_);
        }
    }

    Dispatch dispatch_;
    runtime::FunctionPtr function_;
    SteadyTime now_{1h};
};

TEST_CASE("Dispatch holds calls back where they would crowd the processors", "[scheduler]") {
    Crowd crowd;
    const std::vector<EnvironmentId> running = crowd.take_all();
    CHECK(running.size() == 4);  // of six
    crowd.wait(100);
    crowd.wait(101);
    const Crowd::Wanted at_once = crowd.wanted();
    CHECK(at_once.served.empty());
    CHECK(at_once.boots == 0);
    SECTION("and gives them the environments that become free") {
        crowd.release(running[1]);
        const Crowd::Wanted next = crowd.wanted();
        REQUIRE(next.served.size() == 1);
        CHECK(next.served[0].call == 100);
        CHECK(next.served[0].environment == running[1]);
    }
    SECTION("but not behind calls that go on") {
        crowd.pass(6ms);
        CHECK(crowd.wanted().served.empty());
        crowd.pass(6ms);
        const Crowd::Wanted next = crowd.wanted();
        CHECK(next.served.size() == 2);  // by idle ones
        CHECK(next.boots == 0);
    }
    SECTION("no more of them than make a crowd again") {
        for (CallId call = 102; call <= 105; ++call) {
            crowd.wait(call);
        }
        crowd.crash(running[0]);
        crowd.pass(6ms);
        const Crowd::Wanted next = crowd.wanted();
        CHECK(next.served.size() == 1);
        CHECK(next.boots == 0);
    }
}

}  // namespace
