#include "api/wire/constraints.h"

#include <catch2/catch.hpp>

using lambent::api::Constraints;

TEST_CASE("Constraints word one fault as AWS does", "[api][Constraints]") {
    Constraints constraints;
    constraints.range("timeout", 901, 1, 900);
    REQUIRE_FALSE(constraints.hold());
    CHECK(
        constraints.message() ==
        "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: "
        "Member must have value less than or equal to 900"
    );
}

TEST_CASE("Constraints join several faults", "[api][Constraints]") {
    Constraints constraints;
    constraints.must_not_be_null("role");
    constraints.length("handler", "aaa", 0, 2);
    constraints.one_of("logType", "All", {"Tail", "None"});
    CHECK(
        constraints.message() ==
        "3 validation errors detected: Value null at 'role' failed to satisfy constraint: Member "
        "must not be null; Value 'aaa' at 'handler' failed to satisfy constraint: Member must have "
        "length less than or equal to 2; Value 'All' at 'logType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [Tail, None]"
    );
}

TEST_CASE("Constraints hold at their limits", "[api][Constraints]") {
    Constraints constraints;
    constraints.range("memorySize", 128, 128, 10'240);
    constraints.range("memorySize", 10'240, 128, 10'240);
    constraints.length("handler", "a", 1, 1);
    constraints.pattern("role", "x", true, "y");
    CHECK(constraints.hold());
}
