#include "api/lambda/json_payload.h"

#include <catch2/catch.hpp>

using lambent::api::lambda::json_fault;

TEST_CASE("Payload check takes any JSON value", "[api][JsonPayload]") {
    const std::string text = GENERATE(
        "{}",
        "[]",
        "null",
        "true",
        "0",
        "-1.5e300",
        "\"text\"",
        " {\"a\": [1, 2, {\"b\": null}]} \n",
        "\"\\ud83d\\ude00\"",
        "\"\xC3\xA9\"",
        "123456789012345678901234567890"
    );
    INFO(text);
    CHECK(json_fault(text) == std::nullopt);
}

TEST_CASE("Payload check says where the JSON breaks", "[api][JsonPayload]") {
    const std::string text = GENERATE(
        "{",
        "{]",
        "nul",
        "hello",
        "{\"a\":1,}",
        "{'a':1}",
        "[1 2]",
        "1 2",
        "{} x",
        "NaN",
        "\"open",
        "\"tab\there\"",
        "\"\xFF\"",
        "\xEF\xBB\xBF{}",
        "01",
        " ",
        "// comment\n1"
    );
    INFO(text);
    REQUIRE(json_fault(text));
    CHECK(json_fault(text)->find(" at byte ") != std::string::npos);
}

TEST_CASE("Payload check stops at a nesting that parsers cannot take", "[api][JsonPayload]") {
    const std::string fits = std::string(900, '[') + std::string(900, ']');
    const std::string deep = std::string(2'000'000, '[');
    CHECK(json_fault(fits) == std::nullopt);
    CHECK(json_fault(deep));
}

TEST_CASE("Payload check refuses a NUL byte after the value", "[api][JsonPayload]") {
    CHECK(json_fault(std::string_view("{}\0", 3)));
}
