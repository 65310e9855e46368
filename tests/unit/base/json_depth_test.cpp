#include "base/json_depth.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace lambent;

namespace {

std::string nested(int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return std::string(count, '[') + "1" + std::string(count, ']');
}

}  // namespace

TEST_CASE("JSON is taken within the nesting", "[base][json]") {
    CHECK(parse_shallow_json(R"({"a":[1,"x",null]})").value().at("a").size() == 3);
    CHECK(parse_shallow_json(nested(kJsonNestingMax)));
    CHECK_FALSE(parse_shallow_json(nested(kJsonNestingMax + 1)));
    CHECK_FALSE(parse_shallow_json(nested(1'000'000)));
    CHECK(is_shallow_json(nested(3), 3));
    CHECK_FALSE(is_shallow_json(nested(4), 3));
    CHECK(is_shallow_json("[[1],[2],{\"a\":[]}]", 3));  // beside each other, not in each other
}

TEST_CASE("What is no JSON is none at any depth", "[base][json]") {
    for (const char* text : {"", "[", "]", "{\"a\"}", "1 2", "nan", "\"\xFF\""}) {
        CAPTURE(text);
        CHECK_FALSE(parse_shallow_json(text));
        CHECK_FALSE(is_shallow_json(text));
    }
    using namespace std::string_view_literals;
    CHECK_FALSE(parse_shallow_json("1\0"sv));
}
