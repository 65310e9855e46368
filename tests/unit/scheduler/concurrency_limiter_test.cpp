#include "scheduler/concurrency_limiter.h"

#include <catch2/catch.hpp>

#include <string>
#include <type_traits>
#include <vector>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

const SteadyTime kNow{1h};
constexpr auto kSync = Delivery::kSync;

ConcurrencyLimiter::Limits slots(std::uint32_t account, std::uint32_t requests_per_slot = 0) {
    ConcurrencyLimiter::Limits limits;
    limits.account_slots = account;
    limits.requests_per_slot = requests_per_slot;
    return limits;
}

// Slots of one function at a fixed time; "" when one was given, else the Reason.
struct Taker {
    ConcurrencyLimiter& limiter;
    std::vector<ConcurrencySlot> held;

    std::string take(const std::string& function, const std::string& version = {}) {
        auto slot = limiter.acquire(function, version.empty() ? function : version, kSync, kNow);
        if (slot.has_error()) {
            CHECK(slot.error().code() == Code::kThrottled);
            return slot.error().subject();
        }
        held.push_back(std::move(*slot));
        return "";
    }
};

constexpr char kAccountFull[] = "ConcurrentInvocationLimitExceeded";
constexpr char kReservedFull[] = "ReservedFunctionConcurrentInvocationLimitExceeded";

}  // namespace

TEST_CASE("ConcurrencyLimiter lends as many slots as it has", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(slots(2));
    Taker taker{limiter, {}};
    CHECK(taker.take("f") == "");
    CHECK(taker.take("g") == "");
    CHECK(taker.take("f") == kAccountFull);
    taker.held.pop_back();
    CHECK(limiter.taken() == 1);
    CHECK(taker.take("f") == "");
    CHECK(taker.take("f") == kAccountFull);
}

TEST_CASE("ConcurrencySlot is given back once, wherever it moves", "[scheduler][ConcurrencySlot]") {
    static_assert(!std::is_copy_constructible_v<ConcurrencySlot>);
    ConcurrencyLimiter limiter(slots(4));
    limiter.reserve("r", 1, kNow);
    {
        ConcurrencySlot a = std::move(*limiter.acquire("f", "f", kSync, kNow));
        ConcurrencySlot b = std::move(a);
        std::vector<ConcurrencySlot> kept;
        kept.push_back(std::move(b));
        CHECK(limiter.taken() == 1);
        ConcurrencySlot c = std::move(*limiter.acquire("r", "r", kSync, kNow));
        c = std::move(kept.back());
        CHECK(limiter.taken() == 2);
    }
    CHECK(limiter.taken() == 0);
    Taker taker{limiter, {}};
    CHECK(taker.take("r") == "");
    CHECK(taker.take("r") == kReservedFull);
}

TEST_CASE("ConcurrencyLimiter of no slots refuses all", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(slots(0));
    Taker taker{limiter, {}};
    CHECK(taker.take("f") == kAccountFull);
}

TEST_CASE("A reservation is the function's own", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(slots(5));
    limiter.reserve("own", 2, kNow);
    Taker taker{limiter, {}};
    for (int i = 0; i < 3; ++i) {
        CHECK(taker.take("other") == "");
    }
    CHECK(taker.take("other") == kAccountFull);
    CHECK(taker.take("own") == "");
    CHECK(taker.take("own", "own:7") == "");  // whatever version
    CHECK(taker.take("own") == kReservedFull);
    CHECK(limiter.taken() == 5);

    SECTION("and goes back to the account") {
        taker.held.erase(taker.held.begin() + 3, taker.held.end());
        limiter.reserve("own", std::nullopt, kNow);
        CHECK(taker.take("other") == "");
        CHECK(taker.take("own") == "");
        CHECK(taker.take("own") == kAccountFull);
    }
    SECTION("and may shrink under calls that run") {
        limiter.reserve("own", 1, kNow);
        CHECK(taker.take("other") == "");
        taker.held.erase(taker.held.begin() + 3);
        CHECK(taker.take("own") == kReservedFull);
        taker.held.erase(taker.held.begin() + 3);
        CHECK(taker.take("own") == "");
    }
}

TEST_CASE("A reservation of nothing throttles every call", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(slots(5, 10));
    limiter.reserve("off", 0, kNow);
    Taker taker{limiter, {}};
    CHECK(taker.take("off") == kReservedFull);
    CHECK(taker.take("other") == "");
}

TEST_CASE("Provisioned slots are used first and spill over", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(slots(5));
    limiter.provision("f", "f:1", 2, kNow);
    Taker taker{limiter, {}};

    SECTION("into what the account has left") {
        for (int i = 0; i < 3; ++i) {
            CHECK(taker.take("other") == "");
        }
        CHECK(taker.take("other") == kAccountFull);
        CHECK(taker.take("f", "f:2") == kAccountFull);
        CHECK(taker.take("f", "f:1") == "");
        CHECK(taker.take("f", "f:1") == "");
        CHECK(limiter.provisioned_taken("f:1") == 2);
        CHECK(taker.take("f", "f:1") == kAccountFull);
        taker.held.erase(taker.held.begin());
        CHECK(taker.take("f", "f:1") == "");
        CHECK(limiter.provisioned_taken("f:1") == 2);
    }
    SECTION("into the function's reservation, of which they are a part") {
        limiter.reserve("f", 3, kNow);
        CHECK(taker.take("f", "f:2") == "");
        CHECK(taker.take("f", "f:2") == kReservedFull);
        CHECK(taker.take("f", "f:1") == "");
        CHECK(taker.take("f", "f:1") == "");
        CHECK(taker.take("f", "f:1") == kReservedFull);
        CHECK(taker.take("other") == "");
        CHECK(taker.take("other") == "");
        CHECK(taker.take("other") == kAccountFull);
    }
    SECTION("and go back to the account") {
        CHECK(taker.take("f", "f:1") == "");
        limiter.provision("f", "f:1", 0, kNow);
        for (int i = 0; i < 5; ++i) {
            CHECK(taker.take("other") == "");
        }
        CHECK(taker.take("f", "f:1") == kAccountFull);
        taker.held.erase(taker.held.begin());
        CHECK(limiter.provisioned_taken("f:1") == 0);
    }
}

TEST_CASE(
    "Synchronous calls begin 10 times a second for each slot", "[scheduler][ConcurrencyLimiter]"
) {
    ConcurrencyLimiter limiter(slots(5, 10));
    limiter.reserve("own", 2, kNow);
    SteadyTime now = kNow;
    const auto begin = [&](const std::string& function, Delivery delivery) {
        const auto slot = limiter.acquire(function, function, delivery, now);  // ends at once
        return slot.has_error() ? slot.error().subject() : "";
    };
    for (int i = 0; i < 20; ++i) {
        REQUIRE(begin("own", kSync) == "");
    }
    CHECK(begin("own", kSync) == "ReservedFunctionInvocationRateLimitExceeded");
    CHECK(begin("own", Delivery::kAsync) == "");
    for (int i = 0; i < 30; ++i) {
        REQUIRE(begin("other", kSync) == "");
    }
    CHECK(begin("other", kSync) == "CallerRateLimitExceeded");
    CHECK(begin("third", kSync) == "CallerRateLimitExceeded");
    CHECK(begin("third", Delivery::kAsync) == "");
    now += 100ms;
    CHECK(begin("own", kSync) == "");
    CHECK(begin("own", kSync) == "");
    CHECK(begin("own", kSync) == "ReservedFunctionInvocationRateLimitExceeded");
    CHECK(begin("third", kSync) == "");
}

TEST_CASE("Provisioned slots have their own rate", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(slots(5, 10));
    limiter.provision("f", "f:1", 2, kNow);
    SteadyTime now = kNow;
    const auto begin = [&](const std::string& function, const std::string& version) {
        const auto slot = limiter.acquire(function, version, kSync, now);  // ends at once
        return slot.has_error() ? slot.error().subject() : "";
    };
    for (int i = 0; i < 20; ++i) {
        REQUIRE(begin("f", "f:1") == "");
    }
    CHECK(limiter.take_provisioned_peak("f:1") == 1);
    // The rest is the account's, which has what is not provisioned.
    for (int i = 0; i < 30; ++i) {
        REQUIRE(begin(i % 2 == 0 ? "f" : "other", i % 2 == 0 ? "f:1" : "other") == "");
    }
    CHECK(limiter.take_provisioned_peak("f:1") == 0);
    CHECK(begin("f", "f:1") == "CallerRateLimitExceeded");
    CHECK(begin("other", "other") == "CallerRateLimitExceeded");
    now += 50ms;
    CHECK(begin("f", "f:1") == "");
    CHECK(limiter.take_provisioned_peak("f:1") == 1);
}

TEST_CASE(
    "The peak of provisioned slots is counted until asked", "[scheduler][ConcurrencyLimiter]"
) {
    ConcurrencyLimiter limiter(slots(5));
    limiter.provision("f", "f:1", 3, kNow);
    CHECK(limiter.take_provisioned_peak("f:1") == 0);
    Taker taker{limiter, {}};
    CHECK(taker.take("f", "f:1") == "");
    CHECK(taker.take("f", "f:1") == "");
    taker.held.pop_back();
    CHECK(limiter.take_provisioned_peak("f:1") == 2);
    CHECK(limiter.take_provisioned_peak("f:1") == 1);  // one is still taken
    CHECK(limiter.take_provisioned_peak("none") == 0);
}

TEST_CASE("TokenBucket refills evenly and never beyond its burst", "[scheduler][TokenBucket]") {
    TokenBucket bucket({100, 1'000});
    SteadyTime now = kNow;
    const auto drain = [&] {
        int taken = 0;
        while (bucket.take(now)) {
            taken += 1;
        }
        return taken;
    };
    CHECK(drain() == 1'000);
    now += 10ms;
    CHECK(drain() == 1);
    now += 2'500ms;
    CHECK(drain() == 250);
    now += 1h;
    CHECK(drain() == 1'000);

    SECTION("and keeps what it had when its rate changes") {
        now += 1s;
        bucket.change({10, 50}, now);
        CHECK(drain() == 50);
        bucket.change({10, 80}, now);
        CHECK(drain() == 30);
        now += 1s;
        CHECK(drain() == 10);
    }
}
