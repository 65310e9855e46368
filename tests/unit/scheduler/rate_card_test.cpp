#include "scheduler/rate_card.h"

#include <catch2/catch.hpp>

using namespace lambent;
using scheduler::RateCard;

TEST_CASE("RateCard survives being written and read", "[scheduler][RateCard]") {
    RateCard card;
    card.x86_64_usd_per_gb_second = 0.5;
    card.async_further_request_bytes = 7;
    const RateCard read = RateCard::parse(card.to_json()).value();
    CHECK(read.x86_64_usd_per_gb_second == 0.5);
    CHECK(read.arm64_usd_per_gb_second == RateCard().arm64_usd_per_gb_second);
    CHECK(read.async_further_request_bytes == 7);
}

TEST_CASE("RateCard keeps the default of what is left out", "[scheduler][RateCard]") {
    const RateCard card = RateCard::parse(R"({"usd_per_million_requests": 1})").value();
    CHECK(card.usd_per_million_requests == 1.0);
    CHECK(card.x86_64_usd_per_gb_second == 0.0000166667);
    CHECK(RateCard::parse("{}").has_value());
}

TEST_CASE("RateCard refuses what it does not understand", "[scheduler][RateCard]") {
    for (const char* text :
         {"",
          "[]",
          "{",
          R"({"usd_per_request": 1})",
          R"({"usd_per_million_requests": "1"})",
          R"({"usd_per_million_requests": -1})",
          R"({"usd_per_million_requests": null})",
          R"({"async_further_request_bytes": 0})",
          R"({"async_first_request_bytes": 1.5})"}) {
        const auto parsed = RateCard::parse(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code() == Code::kInvalidArgument);
    }
    CHECK(RateCard::parse(R"({"typo": 1})").error().subject() == "typo");
}
