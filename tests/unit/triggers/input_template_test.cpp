#include "triggers/events/input_template.h"

#include "triggers/events/json_path.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace lambent;
using nlohmann::ordered_json;
using triggers::check_template;
using triggers::fill_template;
using triggers::InputTransformer;
using triggers::JsonPath;

namespace {

const ordered_json kEvent = ordered_json::parse(R"({
    "id": "e1", "detail-type": "Order", "source": "shop", "resources": ["r0", "r1"],
    "detail": {"who": "Ann \"A\" Lee", "count": 3, "paid": true, "note": null,
               "lines": [{"item": "pen", "n": 2}, {"item": "ink", "n": 1}], "a.b": "dotted"}
})");

std::string found(const std::string& path) {
    const auto parsed = JsonPath::parse(path).value();
    const ordered_json* const value = parsed.find(kEvent);
    return value == nullptr ? "nothing" : value->dump();
}

std::string filled(const std::string& text, triggers::Tags paths = {}) {
    InputTransformer transformer;
    transformer.paths = std::move(paths);
    transformer.text = text;
    triggers::RuleMoment moment;
    moment.rule_arn = "arn:rule";
    moment.rule_name = "orders";
    moment.ingestion_ms = 1'767'225'600'123;
    return fill_template(transformer, kEvent, moment);
}

const triggers::Tags kPaths = {
    {"who", "$.detail.who"},
    {"count", "$.detail.count"},
    {"paid", "$.detail.paid"},
    {"line", "$.detail.lines[0]"},
    {"lines", "$.detail.lines"},
    {"none", "$.detail.none"}};

}  // namespace

TEST_CASE("JsonPath finds what EventBridge's paths name", "[triggers][JsonPath]") {
    CHECK(found("$") == kEvent.dump());
    CHECK(found("$.detail-type") == R"("Order")");
    CHECK(found("$.detail.count") == "3");
    CHECK(found("$.detail.lines[1].item") == R"("ink")");
    CHECK(found("$.resources[0]") == R"("r0")");
    CHECK(found("$['detail']['a.b']") == R"("dotted")");
    CHECK(found("$.detail.note") == "null");
    CHECK(found("$.detail.none") == "nothing");
    CHECK(found("$.resources[2]") == "nothing");
    CHECK(found("$.source.deeper") == "nothing");
    CHECK(found("$.detail[0]") == "nothing");
}

TEST_CASE("JsonPath refuses what is none", "[triggers][JsonPath]") {
    for (const char* text :
         {"", "detail", "$detail", "$.", "$..a", "$.a[", "$.a[x]", "$.a[-1]", "$['a"}) {
        CAPTURE(text);
        CHECK(JsonPath::parse(text).has_error());
    }
}

TEST_CASE("A JSON template gets the JSON of what paths find", "[triggers][input_template]") {
    CHECK(
        filled(R"({"n": <count>, "w": <who>, "p": <paid>, "l": <line>})", kPaths) ==
        R"({"n": 3, "w": "Ann \"A\" Lee", "p": true, "l": {"item":"pen","n":2}})"
    );
    CHECK(filled(R"({"x": <none>})", kPaths) == R"({"x": ""})");
    CHECK(filled(R"([<count>, <lines>])", kPaths).starts_with("[3, [{"));
}

TEST_CASE("A text inside of a template gets the bare text", "[triggers][input_template]") {
    CHECK(
        filled(R"({"say": "<who> ordered <count>"})", kPaths) ==
        R"({"say": "Ann \"A\" Lee ordered 3"})"
    );
    CHECK(filled(R"("<who>: <line>")", kPaths) == R"("Ann \"A\" Lee: {item:pen,n:2}")");
    CHECK(filled(R"("a \"<count>\" b")", kPaths) == R"("a \"3\" b")");
    CHECK(ordered_json::accept(filled(R"({"say": "<who> and \"<who>\""})", kPaths)));
}

TEST_CASE("A template that is all text gets bare text", "[triggers][input_template]") {
    CHECK(filled("<who> ordered <count>, a < b", kPaths) == "Ann \"A\" Lee ordered 3, a < b");
}

TEST_CASE("Templates know the rule and the event", "[triggers][input_template]") {
    CHECK(
        filled(R"({"a": <aws.events.rule-arn>, "n": "<aws.events.rule-name>"})") ==
        R"({"a": "arn:rule", "n": "orders"})"
    );
    CHECK(
        filled(R"({"t": <aws.events.event.ingestion-time>})") == R"({"t": "2026-01-01T00:00:00Z"})"
    );
    CHECK(ordered_json::parse(filled("{\"e\": <aws.events.event.json>}"))["e"] == kEvent);
    CHECK_FALSE(ordered_json::parse(filled("{\"e\": <aws.events.event>}"))["e"].contains("detail"));
}

TEST_CASE("A template's names must have paths", "[triggers][input_template]") {
    CHECK(check_template({kPaths, "<who> <aws.events.rule-name> <not a name>"}).has_value());
    CHECK(check_template({kPaths, "<whom>"}).error().subject() == "input_template");
    CHECK(check_template({kPaths, "<aws.events.nothing>"}).has_error());
    CHECK(check_template({{{"a", "detail"}}, "<a>"}).error().subject() == "json_path");
}
