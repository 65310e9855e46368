#include "scheduler/policy/keep_alive.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

const SteadyTime kStart{1h};

IdlePlan plan_of(const std::string& text) {
    return make_idle_policy(parse_keep_alive(text).value())->idle("f", kStart);
}

}  // namespace

TEST_CASE("KeepAlive is read and written in one form", "[scheduler][KeepAlive]") {
    const auto text = GENERATE(
        as<std::string>(), "fixed:600", "fixed:0", "lru:2GB", "lru:512MB", "hybrid", "hybrid:60"
    );
    CHECK(to_string(parse_keep_alive(text).value()) == text);
    CHECK(to_string(parse_keep_alive("lru:3072MB").value()) == "lru:3GB");
    CHECK(to_string(parse_keep_alive("hybrid:240").value()) == "hybrid");
}

TEST_CASE("KeepAlive refuses what is no policy", "[scheduler][KeepAlive]") {
    const auto text = GENERATE(
        as<std::string>(),
        "",
        "fixed",
        "fixed:",
        "fixed:-1",
        "fixed:6x",
        "fixed:99999999999",
        "lru",
        "lru:2",
        "lru:GB",
        "lru:2TB",
        "hybrid:",
        "hybrid:0",
        "hybrid:241",
        "random:1"
    );
    CAPTURE(text);
    const auto parsed = parse_keep_alive(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code() == Code::kInvalidArgument);
}

TEST_CASE("A fixed keep-alive keeps everything for its time", "[scheduler][KeepAlive]") {
    CHECK(plan_of("fixed:600").keep == 10min);
    CHECK(plan_of("fixed:0").keep == 0ms);
    CHECK_FALSE(plan_of("fixed:600").prewarm.has_value());
}

TEST_CASE("LRU keeps for ever, within its memory", "[scheduler][KeepAlive]") {
    CHECK(plan_of("lru:2GB").keep == IdlePlan::kForever);
    const auto policy = make_idle_policy(LruKeepAlive{300});
    CHECK(policy->idle_memory_max_mb() == 300);
}
