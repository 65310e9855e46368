#include "scheduler/dispatch.h"

#include <catch2/catch.hpp>

#include <deque>
#include <memory>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

// Six idle environments of a function whose handler takes 10 us of calls that are in flight for 1
// ms.
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
            const std::vector<EnvironmentId> running = take_all();
            now_ += 1ms;
            for (const EnvironmentId id : running) {
                release(id);
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
    void release(EnvironmentId id) { dispatch_.release(id, now_, handler_); }
    void sleep_from_now_on() { handler_ = 1ms; }
    void compute_from_now_on() { handler_ = 10us; }
    std::optional<EnvironmentId> take() { return dispatch_.take_idle(function_, now_); }
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
        now_ += 1ms;
        for (EnvironmentId id = 1; id <= 6; ++id) {
            dispatch_.release(id, now_);
        }
    }

    Dispatch dispatch_;
    runtime::FunctionPtr function_;
    SteadyTime now_{1h};
    std::chrono::nanoseconds handler_ = 10us;
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
    SECTION("before calls that come later") {
        crowd.release(running[1]);
        CHECK(crowd.take() == std::nullopt);
        CHECK(crowd.wanted().served.size() == 1);
    }
    SECTION("but not behind calls that go on") {
        crowd.pass(2ms);
        CHECK(crowd.wanted().served.empty());
        crowd.pass(7ms);
        const Crowd::Wanted next = crowd.wanted();
        CHECK(next.served.size() == 2);  // by idle ones
        CHECK(next.boots == 0);
    }
    SECTION("no more of them than make a crowd again") {
        for (CallId call = 102; call <= 105; ++call) {
            crowd.wait(call);
        }
        crowd.crash(running[0]);
        crowd.pass(2ms);
        const Crowd::Wanted next = crowd.wanted();
        CHECK(next.served.size() == 1);
        CHECK(next.boots == 0);
    }
}

TEST_CASE("Dispatch lets a crowd that has formed dissolve", "[scheduler]") {
    Crowd crowd;
    crowd.sleep_from_now_on();
    for (int i = 0; i < 100; ++i) {  // all six are wanted
        const std::vector<EnvironmentId> running = crowd.take_all();
        crowd.pass(1ms);
        for (const EnvironmentId id : running) {
            crowd.release(id);
        }
    }
    const std::vector<EnvironmentId> running = crowd.take_all();
    REQUIRE(running.size() == 6);
    crowd.compute_from_now_on();
    std::deque<EnvironmentId> busy(running.begin(), running.end());
    std::size_t waiting = 0;
    for (CallId call = 100; call < 300; ++call) {  // six clients, each with one call at a time
        crowd.pass(150us);
        crowd.release(busy.front());
        busy.pop_front();
        if (const auto taken = crowd.take()) {
            busy.push_back(*taken);
        } else {
            crowd.wait(call);
            waiting += 1;
        }
        for (const Serve& next : crowd.wanted().served) {
            busy.push_back(next.environment);
            waiting -= 1;
        }
        REQUIRE(busy.size() + waiting == 6);
        REQUIRE(busy.size() >= 4);
    }
    CHECK(busy.size() == 4);
}

}  // namespace
