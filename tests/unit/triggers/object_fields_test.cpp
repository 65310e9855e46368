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
        {"\"two\"", "g", {}, "\xC3\xA9", ""},
        {"q", "arn:aws:sqs:us-east-1:0:q", {"s3:ObjectTagging:*"}, "", "", TargetKind::kQueue}};
    const auto back = decode_rules(encode_rules(rules));
    REQUIRE(back.size() == 3);
    CHECK(back[0].kind == TargetKind::kFunction);
    CHECK(back[0].target == "f");
    CHECK(back[2].kind == TargetKind::kQueue);
    CHECK(back[2].target == rules[2].target);
    CHECK(back[0].events == rules[0].events);
    CHECK(back[0].suffix == ".jpg");
    CHECK(back[1].id == "\"two\"");
    CHECK(back[1].prefix == "\xC3\xA9");
}

TEST_CASE(
    "Rules stored before there were queues still name functions", "[triggers][object_fields]"
) {
    const auto rules = decode_rules(
        R"([{"id":"r","function":"f","events":["s3:ObjectCreated:*"],"prefix":"","suffix":""}])"
    );
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].target == "f");
    CHECK(rules[0].kind == TargetKind::kFunction);
}

TEST_CASE("Parts come back with and without checksums", "[triggers][object_fields]") {
    const std::vector<ObjectPart> parts{{5'242'880, ""}, {17, "AAAA=="}, {0, ""}};
    CHECK(decode_parts(encode_parts(parts)) == parts);
    CHECK(decode_parts("").empty());
}
