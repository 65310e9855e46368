#include "scheduler/free_or_boot.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

const SteadyTime kChoiceTime{1h};

// Calls take 40 ms, boots 100 ms.
FreeOrBoot learned() {
    FreeOrBoot subject;
    subject.call_began(1, kChoiceTime - 1s);
    subject.call_ended(1, kChoiceTime - 960ms);
    subject.boot_took(100ms);
    return subject;
}

}  // namespace

TEST_CASE("FreeOrBoot boots while it knows nothing", "[scheduler][FreeOrBoot]") {
    FreeOrBoot subject;
    CHECK_FALSE(subject.free_by(0, kChoiceTime).has_value());
    subject.call_began(1, kChoiceTime);
    CHECK_FALSE(subject.free_by(0, kChoiceTime).has_value());
    subject.boot_took(100ms);
    CHECK_FALSE(subject.free_by(0, kChoiceTime + 1ms).has_value());  // how long do calls take?
}

TEST_CASE("FreeOrBoot counts on the calls that end before a boot", "[scheduler][FreeOrBoot]") {
    FreeOrBoot subject = learned();
    CHECK_FALSE(subject.free_by(0, kChoiceTime).has_value());
    subject.call_began(3, kChoiceTime - 5ms);
    subject.call_began(2, kChoiceTime - 30ms);
    CHECK(subject.free_by(0, kChoiceTime) == kChoiceTime + 10ms);
    CHECK(subject.free_by(1, kChoiceTime) == kChoiceTime + 35ms);
    CHECK_FALSE(subject.free_by(2, kChoiceTime).has_value());
    SECTION("not on one that is overdue") {
        CHECK(subject.free_by(0, kChoiceTime + 10ms) == kChoiceTime + 35ms);
        CHECK_FALSE(subject.free_by(1, kChoiceTime + 10ms).has_value());
    }
    SECTION("not on one that crashed") {
        subject.call_lost(2);
        CHECK(subject.free_by(0, kChoiceTime) == kChoiceTime + 35ms);
    }
    SECTION("not on one that runs for longer than a boot") {
        for (int i = 0; i < 100; ++i) {
            subject.call_began(9, kChoiceTime - 2s);
            subject.call_ended(9, kChoiceTime);
        }
        CHECK_FALSE(subject.free_by(0, kChoiceTime).has_value());
    }
}

TEST_CASE("FreeOrBoot learns as a moving average", "[scheduler][FreeOrBoot]") {
    FreeOrBoot subject = learned();
    subject.call_began(1, kChoiceTime - 80ms);
    subject.call_ended(1, kChoiceTime);  // 40 + (80 - 40) / 8
    subject.call_began(1, kChoiceTime);
    CHECK(subject.free_by(0, kChoiceTime) == kChoiceTime + 45ms);
}

TEST_CASE("FreeOrBoot hardly minds a single call that stalls", "[scheduler][FreeOrBoot]") {
    FreeOrBoot subject = learned();
    subject.call_began(1, kChoiceTime - 10s);
    subject.call_ended(1, kChoiceTime);
    CHECK(subject.call_time() == 55ms);  // 40 + (4 * 40 - 40) / 8
}

TEST_CASE("FreeOrBoot waits while enough environments are busy", "[scheduler][FreeOrBoot]") {
    FreeOrBoot subject;
    subject.boot_took(2ms);
    for (EnvironmentId id = 1; id <= 4; ++id) {
        subject.call_began(id, kChoiceTime);
    }
    const auto end_hundred = [&subject](std::chrono::nanoseconds in_handler) {
        for (int i = 0; i < 100; ++i) {
            subject.call_began(9, kChoiceTime - 300us);
            subject.call_ended(9, kChoiceTime, in_handler);
        }
    };
    SECTION("for handlers that take a little of it") {
        end_hundred(10us);
        CHECK(subject.crowded_until(4, kChoiceTime).has_value());
        for (int i = 0; i < 100; ++i) {
            CHECK(subject.free_by(0, kChoiceTime).has_value());  // no boot is due, however often
        }
        CHECK_FALSE(subject.crowded_until(1'000, kChoiceTime).has_value());  // a queue of 75 ms
        CHECK_FALSE(subject.crowded_until(4, kChoiceTime + 6ms).has_value()
        );  // they go on for long
        subject.forget_calls();
        CHECK_FALSE(subject.crowded_until(1, kChoiceTime).has_value());
    }
    SECTION("not for handlers that take all of it") {
        end_hundred(290us);
        CHECK_FALSE(subject.crowded_until(4, kChoiceTime).has_value());
    }
    SECTION("not for guests that do not say") {
        end_hundred(0us);
        CHECK_FALSE(subject.crowded_until(4, kChoiceTime).has_value());
    }
}

TEST_CASE("FreeOrBoot boots once waiting has cost as much", "[scheduler][FreeOrBoot]") {
    FreeOrBoot subject = learned();
    subject.call_began(1, kChoiceTime);
    CHECK(subject.free_by(0, kChoiceTime).has_value());        // 40 ms
    CHECK(subject.free_by(0, kChoiceTime).has_value());        // 80 ms
    CHECK_FALSE(subject.free_by(0, kChoiceTime).has_value());  // 120 ms: more than a boot
    CHECK(subject.free_by(0, kChoiceTime).has_value());        // from the beginning
}

TEST_CASE("FreeOrBoot looks at a bounded number of calls", "[scheduler][FreeOrBoot]") {
    FreeOrBoot subject = learned();
    for (EnvironmentId id = 1; id <= 1'000; ++id) {
        subject.call_began(id, kChoiceTime);
    }
    CHECK(subject.free_by(63, kChoiceTime).has_value());
    CHECK_FALSE(subject.free_by(64, kChoiceTime).has_value());
    subject.call_ended(1'000, kChoiceTime + 1ms);  // was not looked at: teaches nothing
    CHECK(subject.free_by(0, kChoiceTime) == kChoiceTime + 40ms);
}
