#include "scheduler/scaling/target_tracking.h"

#include <catch2/catch.hpp>

#include <optional>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::scheduler::TargetTracking;

namespace {

TargetTracking::Aim aim_at(double target) {
    TargetTracking::Aim aim;
    aim.target = target;
    return aim;
}

struct Minutes {
    explicit Minutes(TargetTracking::Aim aim) : tracking(aim) {}

    // The capacity after one minute.
    std::uint32_t pass(std::optional<double> utilisation) {
        now += 1min;
        if (const auto step = tracking.minute(utilisation, capacity, now)) {
            tracking.stepped(step->direction, now);
            capacity = step->capacity;
        }
        return capacity;
    }
    void pass(int minutes, std::optional<double> utilisation) {
        for (int i = 0; i < minutes; ++i) {
            pass(utilisation);
        }
    }

    TargetTracking tracking;
    SteadyTime now{1h};
    std::uint32_t capacity = 10;
};

}  // namespace

TEST_CASE("TargetTracking scales out after three minutes above", "[scheduler][TargetTracking]") {
    Minutes minutes(aim_at(0.7));
    CHECK(minutes.pass(1.0) == 10);
    CHECK(minutes.pass(1.0) == 10);
    CHECK(minutes.pass(1.0) == 15);   // ceil(10 * 1.0 / 0.7)
    CHECK(minutes.pass(0.71) == 16);  // the alarm stays, and asks again
    CHECK(minutes.pass(0.7) == 16);
}

TEST_CASE("TargetTracking starts anew after a minute that is not", "[scheduler][TargetTracking]") {
    const std::optional<double> between = GENERATE(std::optional(0.7), std::optional<double>());
    Minutes minutes(aim_at(0.7));
    minutes.pass(2, 1.0);
    CHECK(minutes.pass(between) == 10);
    minutes.pass(2, 1.0);
    CHECK(minutes.capacity == 10);
    CHECK(minutes.pass(1.0) == 15);
}

TEST_CASE("TargetTracking scales in after fifteen minutes below", "[scheduler][TargetTracking]") {
    Minutes minutes(aim_at(0.7));
    minutes.pass(14, 0.3);
    CHECK(minutes.capacity == 10);
    CHECK(minutes.pass(0.3) == 5);  // ceil(10 * 0.3 / 0.7)
}

TEST_CASE("TargetTracking leaves a tenth below the target alone", "[scheduler][TargetTracking]") {
    Minutes minutes(aim_at(0.7));
    minutes.pass(60, 0.63);
    CHECK(minutes.capacity == 10);
    minutes.pass(15, 0.62);
    CHECK(minutes.capacity == 9);
}

TEST_CASE("TargetTracking does not scale in without calls", "[scheduler][TargetTracking]") {
    Minutes minutes(aim_at(0.7));
    minutes.pass(60, std::nullopt);
    CHECK(minutes.capacity == 10);
}

TEST_CASE("TargetTracking may be told never to scale in", "[scheduler][TargetTracking]") {
    auto aim = aim_at(0.5);
    aim.scale_in = false;
    Minutes minutes(aim);
    minutes.pass(60, 0.1);
    CHECK(minutes.capacity == 10);
}

TEST_CASE("TargetTracking waits for its cooldowns", "[scheduler][TargetTracking]") {
    auto aim = aim_at(0.5);
    aim.out_cooldown = 180s;
    aim.in_cooldown = 120s;
    Minutes minutes(aim);
    minutes.pass(3, 1.0);
    CHECK(minutes.capacity == 20);
    minutes.pass(2, 1.0);
    CHECK(minutes.capacity == 20);
    CHECK(minutes.pass(1.0) == 40);
    minutes.pass(15, 0.25);
    CHECK(minutes.capacity == 20);
    CHECK(minutes.pass(0.25) == 20);
    CHECK(minutes.pass(0.25) == 10);
}

TEST_CASE("TargetTracking reaches its target exactly", "[scheduler][TargetTracking]") {
    Minutes minutes(aim_at(0.1));
    minutes.capacity = 3;
    minutes.pass(3, 1.0);
    CHECK(minutes.capacity == 30);  // not 31, however 0.1 is stored
}
