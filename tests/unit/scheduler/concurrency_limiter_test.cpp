#include "scheduler/concurrency_limiter.h"

#include <catch2/catch.hpp>

#include <type_traits>
#include <vector>

using namespace lambent::scheduler;

TEST_CASE("ConcurrencyLimiter lends as many slots as it has", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(2);
    auto first = limiter.acquire();
    auto second = limiter.acquire();
    CHECK(first.has_value());
    CHECK(second.has_value());
    CHECK_FALSE(limiter.acquire().has_value());
    first.reset();
    CHECK(limiter.taken() == 1);
    CHECK(limiter.acquire().has_value());
    CHECK(limiter.taken() == 1);
}

TEST_CASE("ConcurrencySlot is given back once, wherever it moves", "[scheduler][ConcurrencySlot]") {
    static_assert(!std::is_copy_constructible_v<ConcurrencySlot>);
    ConcurrencyLimiter limiter(3);
    {
        ConcurrencySlot a = *limiter.acquire();
        ConcurrencySlot b = std::move(a);
        std::vector<ConcurrencySlot> kept;
        kept.push_back(std::move(b));
        CHECK(limiter.taken() == 1);
        ConcurrencySlot c = *limiter.acquire();
        c = std::move(kept.back());
        CHECK(limiter.taken() == 2);
    }
    CHECK(limiter.taken() == 0);
}

TEST_CASE("ConcurrencyLimiter of no slots refuses all", "[scheduler][ConcurrencyLimiter]") {
    ConcurrencyLimiter limiter(0);
    CHECK_FALSE(limiter.acquire().has_value());
}
