#include "triggers/objects/version_id.h"

#include <catch2/catch.hpp>

using namespace lambent::triggers;

TEST_CASE("A version id tells its sequence", "[triggers][version_id]") {
    const std::string id = make_version_id(1'767'225'600'000'123);
    CHECK(id.size() == 32);
    CHECK(version_sequence(id) == 1'767'225'600'000'123);
    CHECK(make_version_id(1) != make_version_id(1));
    CHECK(make_version_id(9) < make_version_id(10));
}

TEST_CASE("What is not a version id is told apart", "[triggers][version_id]") {
    CHECK(is_version_id("null"));
    CHECK(is_version_id(make_version_id(0)));
    for (const char* text :
         {"", "Null", "x", "0123456789abcdef", "fff456789abcdef00123456789abcdeg"}) {
        CHECK_FALSE(is_version_id(text));
    }
    CHECK_FALSE(version_sequence("null"));
    CHECK_FALSE(is_version_id("ffffffffffffffff0123456789abcdef"));  // no sequence is so large
}
