#include "scheduler/crowding.h"

#include <catch2/catch.hpp>

using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBusy = 64;

Crowding after(int calls, Crowding::Time in_flight, Crowding::Time in_handler) {
    Crowding subject;
    for (int i = 0; i < calls; ++i) {
        subject.call_ended(in_flight, in_handler);
    }
    return subject;
}

}  // namespace

TEST_CASE("Crowding holds nothing back while it knows nothing", "[scheduler][Crowding]") {
    CHECK(Crowding().worth(kBusy) >= kBusy);
    CHECK(after(50, 2ms, 0us).worth(kBusy) >= kBusy);  // guests that do not say
}

TEST_CASE(
    "Crowding finds few environments enough for handlers that are quick", "[scheduler][Crowding]"
) {
    CHECK(after(50, 2400us, 10us).worth(kBusy) == 4);
    CHECK(after(50, 150us, 10us).worth(4) == 4);
    CHECK(after(50, 2400us, 300us).worth(kBusy) == 14);  // 8 at a time, half as many again, and 2
}

TEST_CASE(
    "Crowding leaves handlers alone that are busy or asleep all the time", "[scheduler][Crowding]"
) {
    CHECK(after(50, 101ms, 100ms).worth(kBusy) > kBusy);
    CHECK(after(50, 640ms, 600ms).worth(kBusy) > kBusy);
}

TEST_CASE("Crowding believes no guest that says more than can be", "[scheduler][Crowding]") {
    const Crowding lied = after(50, 1ms, 1h);
    CHECK(lied.worth(kBusy) == kBusy * 3 / 2 + 2);
}

TEST_CASE("Crowding follows a function that changes", "[scheduler][Crowding]") {
    Crowding subject = after(200, 2400us, 10us);
    for (int i = 0; i < 100; ++i) {
        subject.call_ended(52ms, 50ms);
    }
    CHECK(subject.worth(kBusy) > kBusy);
    subject.call_ended(52ms, 0us);  // a revision whose guest does not say
    CHECK(subject.worth(kBusy) >= kBusy);
}
