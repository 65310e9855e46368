#include "sandbox/launcher/chores.h"

#include <catch2/catch.hpp>

#include <string>

using lambent::sandbox::Chores;
using lambent::sandbox::Urgency;

TEST_CASE("Chores are done one at a time, the awaited ones first", "[sandbox][Chores]") {
    Chores chores;
    std::string done;
    CHECK_FALSE(chores.do_one());
    chores.add(Urgency::kAhead, [&] { done += 'a'; });
    chores.add(Urgency::kAwaited, [&] { done += '1'; });
    chores.add(Urgency::kAhead, [&] { done += 'b'; });
    chores.add(Urgency::kAwaited, [&] { done += '2'; });
    CHECK_FALSE(chores.empty());
    CHECK(chores.do_one());
    CHECK(done == "1");
    while (chores.do_one()) {
    }
    CHECK(done == "12ab");
    CHECK(chores.empty());
}

TEST_CASE("Chore may add another", "[sandbox][Chores]") {
    Chores chores;
    int done = 0;
    chores.add(Urgency::kAwaited, [&] {
        ++done;
        chores.add(Urgency::kAwaited, [&] { ++done; });
    });
    CHECK(chores.do_one());
    CHECK(done == 1);
    CHECK(chores.do_one());
    CHECK(done == 2);
    CHECK_FALSE(chores.do_one());
}

TEST_CASE("Chores that are cleared are not done", "[sandbox][Chores]") {
    Chores chores;
    chores.add(Urgency::kAhead, [] { FAIL("done all the same"); });
    chores.clear();
    CHECK(chores.empty());
    CHECK_FALSE(chores.do_one());
}
