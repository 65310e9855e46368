#include "base/ids.h"

#include <catch2/catch.hpp>

#include <regex>
#include <set>

namespace lambent {
namespace {

TEST_CASE("Random UUIDs are version 4 and differ", "[base][ids]") {
    const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = random_uuid();
        REQUIRE(std::regex_match(id, shape));
        REQUIRE(seen.insert(id).second);
    }
}

TEST_CASE("Random hex has two digits a byte", "[base][ids]") {
    CHECK(std::regex_match(random_hex(16), std::regex("[0-9a-f]{32}")));
    CHECK(random_hex(0).empty());
}

TEST_CASE("Random secrets have the length asked for", "[base][ids]") {
    CHECK(std::regex_match(random_secret(40), std::regex("[A-Za-z0-9+/]{40}")));
}

}  // namespace
}  // namespace lambent
