#include "triggers/gateway/verdict_cache.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::triggers;
using namespace std::chrono_literals;

namespace {

const SteadyTime kThen{1h};

Verdict allowed(std::size_t context_bytes = 2) {
    return Verdict{true, std::string(context_bytes, ' '), ""};
}

}  // namespace

TEST_CASE("A verdict holds until its time is over", "[triggers][gateway]") {
    VerdictCache cache;
    cache.keep({"api", "secret"}, allowed(), kThen, kThen + 10s);
    REQUIRE(cache.find({"api", "secret"}, kThen + 9s));
    CHECK(cache.find({"api", "secret"}, kThen + 9s)->is_allowed);
    CHECK_FALSE(cache.find({"api", "secret"}, kThen + 10s));
    CHECK_FALSE(cache.find({"api", "other"}, kThen));
    cache.keep({"api", "secret"}, Verdict(), kThen + 11s, kThen + 20s);
    CHECK_FALSE(cache.find({"api", "secret"}, kThen + 12s)->is_allowed);
    CHECK(cache.size() == 1);
    CHECK(cache.context_bytes() == 2);
}

TEST_CASE("A verdict is not of texts that only read the same", "[triggers][gateway]") {
    VerdictCache cache;
    cache.keep({"a\nb", "c"}, allowed(), kThen, kThen + 10s);
    CHECK_FALSE(cache.find({"a", "b\nc"}, kThen));
    CHECK_FALSE(cache.find({"a\nbc"}, kThen));
    CHECK(cache.find({"a\nb", "c"}, kThen));
}

TEST_CASE("Verdicts that are over make room", "[triggers][gateway]") {
    VerdictCache cache;
    cache.keep({"short"}, allowed(), kThen, kThen + 1s);
    cache.keep({"long"}, allowed(), kThen, kThen + 9s);
    CHECK(cache.size() == 2);
    cache.keep({"new"}, allowed(), kThen + 2s, kThen + 5s);
    CHECK(cache.size() == 2);
    CHECK(cache.find({"long"}, kThen + 2s));
}

TEST_CASE("Verdicts are bounded by number and by bytes", "[triggers][gateway]") {
    VerdictCache cache;
    for (std::size_t i = 0; i <= VerdictCache::kVerdictsMax; ++i) {
        cache.keep({std::to_string(i)}, allowed(), kThen, kThen + 1s + std::chrono::seconds(i));
    }
    CHECK(cache.size() == VerdictCache::kVerdictsMax);
    CHECK_FALSE(cache.find({"0"}, kThen));
    CHECK(cache.find({"1"}, kThen));

    VerdictCache heavy;
    constexpr std::size_t kBytes = VerdictCache::kContextBytesMax / 4;
    for (int i = 0; i < 6; ++i) {
        heavy.keep(
            {std::to_string(i)}, allowed(kBytes), kThen, kThen + 1s + std::chrono::seconds(i)
        );
    }
    CHECK(heavy.size() == 4);
    CHECK(heavy.context_bytes() == VerdictCache::kContextBytesMax);
    CHECK(heavy.find({"5"}, kThen));
}
