#include "base/http/message.h"
#include "base/http/uri.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::http;

TEST_CASE("percent_decode decodes once and leaves plus signs alone", "[base][uri]") {
    CHECK(percent_decode("%41b%2f+%2541").value() == "Ab/+%41");
    CHECK(percent_decode("").value().empty());
}

TEST_CASE("percent_decode refuses broken escapes and NUL bytes", "[base][uri]") {
    for (const char* text : {"%", "%4", "a%zz", "%4g", "%00", "x%"}) {
        CAPTURE(text);
        REQUIRE(percent_decode(text).has_error());
        CHECK(percent_decode(text).error().code() == Code::kInvalidArgument);
    }
}

TEST_CASE("percent_encode leaves only unreserved characters", "[base][uri]") {
    CHECK(percent_encode("aZ0-._~/ +\xC3\xA9", Slash::kKeep) == "aZ0-._~/%20%2B%C3%A9");
    CHECK(percent_encode("a/b", Slash::kEncode) == "a%2Fb");
}

TEST_CASE("parse_query keeps order, repeats and empty values", "[base][uri]") {
    const QueryItems items = parse_query("a=1&b&a=%20x+y&&c==").value();
    CHECK(items == QueryItems{{"a", "1"}, {"b", ""}, {"a", " x y"}, {"c", "="}});
    CHECK(find_item(items, "a") == "1");
    CHECK_FALSE(find_item(items, "A"));
    CHECK(parse_query("a=%").has_error());
}

TEST_CASE("Headers compare names without case and keep their order", "[base][Headers]") {
    Headers headers;
    headers.add("X-One", "1");
    headers.add("x-two", "2");
    headers.add("x-ONE", "3");
    CHECK(headers.find("x-one") == "1");
    CHECK(headers.count("X-One") == 2);
    CHECK_FALSE(headers.find("x-three"));
    headers.set("X-ONE", "4");
    REQUIRE(headers.all().size() == 2);
    CHECK(headers.all()[0].first == "x-two");
    CHECK(headers.find("x-one") == "4");
    headers.remove("X-TWO");
    CHECK(headers.count("x-two") == 0);
}
