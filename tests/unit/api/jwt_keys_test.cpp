#include "api/apigateway/jwt_keys.h"

#include "base/async/task_scope.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"

#include <catch2/catch.hpp>

#include <atomic>

using namespace lambent;
using namespace std::chrono_literals;
using api::apigateway::JwtKeys;
using lambent::tests::run_flow;

namespace {

const std::string kSet = R"({"keys":[{"kid":"k1"}]})";

// Keys of one issuer, who answers or not.
struct KeyRoom {
    Result<std::string> ask(const std::string& key = "k1") {
        return run_flow(loop, keys.find("https://i.example", key));
    }

    boost::asio::io_context loop;
    tests::ManualClock clock;
    std::atomic<bool> answers = true;
    std::atomic<int> asked = 0;
    JwtKeys keys{clock, [this](const std::string&) -> Result<std::string> {
                     ++asked;
                     if (!answers) {
                         return Error(Code::kUnavailable, "document", "gone");
                     }
                     return kSet;
                 }};
};

}  // namespace

TEST_CASE("JwtKeys keep a set, and ask for other keys once a minute", "[api][JwtKeys]") {
    KeyRoom room;
    CHECK(room.ask().value() == kSet);
    room.clock.advance(1h);
    CHECK(room.ask().value() == kSet);
    CHECK(room.asked == 1);
    CHECK(room.ask("k2").value() == kSet);
    CHECK(room.ask("k3").value() == kSet);
    CHECK(room.asked == 2);
    room.clock.advance(1min);
    room.ask("k2").value();
    CHECK(room.asked == 3);
}

TEST_CASE("JwtKeys ask an issuer that fails once a minute", "[api][JwtKeys]") {
    KeyRoom room;
    room.answers = false;
    for (int i = 0; i < 3; ++i) {
        CHECK(room.ask().error().code() == Code::kUnavailable);
    }
    CHECK(room.asked == 1);
    room.answers = true;
    room.clock.advance(1min);
    CHECK(room.ask().value() == kSet);
    CHECK(room.asked == 2);
}

TEST_CASE("JwtKeys keep the last set while the issuer fails", "[api][JwtKeys]") {
    KeyRoom room;
    room.ask().value();
    room.answers = false;
    room.clock.advance(3h);
    CHECK(room.ask().value() == kSet);
    CHECK(room.ask().value() == kSet);
    CHECK(room.asked == 2);
}

TEST_CASE("JwtKeys fetch once for all that wait", "[api][JwtKeys]") {
    KeyRoom room;
    TaskScope scope(room.loop.get_executor(), Logger::silent());
    int found = 0;
    const auto one = [&]() -> Task<> {
        const auto set = co_await room.keys.find("https://i.example", "k1");
        found += set.has_value() ? 1 : 0;
    };
    for (int i = 0; i < 3; ++i) {
        scope.spawn("visitor", one());
    }
    run_flow(room.loop, scope.join());
    CHECK(found == 3);
    CHECK(room.asked == 1);
}

TEST_CASE("JwtKeys ask no issuer that is out of reach", "[api][JwtKeys]") {
    boost::asio::io_context loop;
    const tests::ManualClock clock;
    const char* const issuer = "http://127.0.0.1:9";
    JwtKeys guarded(clock, Reach::kPublic);
    const auto refused = run_flow(loop, guarded.find(issuer, "k1"));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code() == Code::kUnauthorised);
    // Nobody listens there, which shows only when it is in reach.
    JwtKeys open(clock, Reach::kAny);
    CHECK(run_flow(loop, open.find(issuer, "k1")).error().code() == Code::kUnavailable);
}
