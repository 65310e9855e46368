#include "triggers/objects/object_fields.h"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

using namespace lambent::triggers;

TEST_CASE("Fields keep every byte", "[triggers][object_fields]") {
    const std::map<std::string, std::string> fields{
        {"plain", "value"},
        {"a=b", "c&d"},
        {"space", " + "},
        {"bytes", "\xFF\x01%"},
        {"empty", ""}};
    CHECK(decode_fields(encode_fields(fields)) == fields);
    CHECK(decode_fields(encode_fields({})).empty());
}

TEST_CASE("Rules come back as they were", "[triggers][object_fields]") {
    const std::vector<NotificationRule> rules{
        {"one", "f", {"s3:ObjectCreated:*", "s3:ObjectRemoved:*"}, "in/", ".jpg"},
        {"\"two\"", "g", {}, "\xC3\xA9", ""}};
    const auto back = decode_rules(encode_rules(rules));
    REQUIRE(back.size() == 2);
    CHECK(back[0].events == rules[0].events);
    CHECK(back[0].suffix == ".jpg");
    CHECK(back[1].id == "\"two\"");
    CHECK(back[1].prefix == "\xC3\xA9");
}
