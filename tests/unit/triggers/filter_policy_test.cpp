#include "triggers/topics/filter_policy.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using triggers::EndpointProtocol;
using triggers::FilteredMessage;
using triggers::FilterPolicy;
using triggers::FilterScope;
using triggers::TopicMessage;

namespace {

bool wants(const std::string& policy, const TopicMessage& message, FilterScope scope) {
    FilteredMessage filtered(message);
    return FilterPolicy::parse(policy, scope).value().matches(filtered, EndpointProtocol::kSqs);
}

bool by_attributes(const std::string& policy, const TopicMessage& message) {
    return wants(policy, message, FilterScope::kAttributes);
}

bool by_body(const std::string& policy, const std::string& body) {
    TopicMessage message;
    message.body = body;
    return wants(policy, message, FilterScope::kBody);
}

std::string fault(const std::string& policy, FilterScope scope = FilterScope::kAttributes) {
    const auto parsed = FilterPolicy::parse(policy, scope);
    return parsed.has_value() ? "" : parsed.error().message();
}

TopicMessage order() {
    TopicMessage message;
    message.body = R"({"price": 1})";
    message.attributes["store"] = {"String", "example_corp"};
    message.attributes["event"] = {"String", "order_placed"};
    message.attributes["price"] = {"Number", "210.75"};
    message.attributes["interests"] = {"String.Array", R"(["soccer", "rugby", 7, true])"};
    message.attributes["picture"] = {"Binary", "example_corp"};
    return message;
}

}  // namespace

TEST_CASE("FilterPolicy compares attributes by their types", "[triggers][FilterPolicy]") {
    const TopicMessage message = order();
    CHECK(by_attributes(R"({"store": ["other", "example_corp"]})", message));
    CHECK_FALSE(by_attributes(R"({"store": ["other"]})", message));
    CHECK(by_attributes(R"({"store": ["example_corp"], "event": [{"prefix": "order"}]})", message));
    CHECK_FALSE(by_attributes(R"({"store": ["example_corp"], "event": ["sale"]})", message));
    CHECK(by_attributes(R"({"price": [{"numeric": [">", 200, "<=", 300]}]})", message));
    CHECK(by_attributes(R"({"price": [210.75]})", message));
    CHECK_FALSE(by_attributes(R"({"price": ["210.75"]})", message));
    CHECK(by_attributes(R"({"interests": ["rugby"]})", message));
    CHECK(by_attributes(R"({"interests": [7]})", message));
    CHECK(by_attributes(R"({"store": [{"anything-but": ["a", "b"]}]})", message));
    CHECK_FALSE(by_attributes(R"({"absent": [{"anything-but": ["a", "b"]}]})", message));
    CHECK(by_attributes(R"({"absent": [{"exists": false}]})", message));
    CHECK_FALSE(by_attributes(R"({"store": [{"exists": false}]})", message));
    CHECK(by_attributes(R"({"$or": [{"store": ["x"]}, {"event": ["order_placed"]}]})", message));
}

TEST_CASE("FilterPolicy cannot see binary attributes", "[triggers][FilterPolicy]") {
    CHECK_FALSE(by_attributes(R"({"picture": ["example_corp"]})", order()));
    CHECK(by_attributes(R"({"picture": [{"exists": false}]})", order()));
}

TEST_CASE("FilterPolicy looks into bodies that are JSON objects", "[triggers][FilterPolicy]") {
    const std::string policy = R"({"order": {"kind": ["book"], "sum": [{"numeric": [">", 10]}]}})";
    CHECK(by_body(policy, R"({"order": {"kind": "book", "sum": 11}})"));
    CHECK_FALSE(by_body(policy, R"({"order": {"kind": "book", "sum": 10}})"));
    CHECK_FALSE(by_body(policy, R"({"order": {"kind": "toy", "sum": 11}})"));
    CHECK_FALSE(by_body(policy, "book"));
    CHECK_FALSE(by_body(R"({"a": [{"exists": false}]})", R"(["a"])"));
    CHECK(by_body(R"({"a": [{"exists": false}]})", "{}"));
}

TEST_CASE("FilterPolicy filters the body that the subscriber gets", "[triggers][FilterPolicy]") {
    TopicMessage message;
    message.body = R"({"kind": "all"})";
    message.bodies["sqs"] = R"({"kind": "queue"})";
    FilteredMessage filtered(message);
    const auto policy = FilterPolicy::parse(R"({"kind": ["queue"]})", FilterScope::kBody).value();
    CHECK(policy.matches(filtered, EndpointProtocol::kSqs));
    CHECK_FALSE(policy.matches(filtered, EndpointProtocol::kLambda));
}

TEST_CASE("FilterPolicy refuses what SNS refuses", "[triggers][FilterPolicy]") {
    CHECK(fault("{") == "FilterPolicy: failed to parse JSON.");
    CHECK(fault("[]") == "FilterPolicy: Filter is not an object");
    CHECK(fault(R"({"a": "b"})") == R"(FilterPolicy: "a" must be an object or an array)");
    CHECK(fault(R"({"a": [{"like": "b"}]})") == "FilterPolicy: Unrecognized match type like");
    const std::string nested = R"({"a": {"b": ["c"]}})";
    CHECK(
        fault(nested) ==
        "FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy"
    );
    CHECK(fault(nested, FilterScope::kBody).empty());
    const std::string six =
        R"({"a": ["1"], "b": ["1"], "c": ["1"], "d": ["1"], "e": ["1"], "f": ["1"]})";
    CHECK(fault(six) == "FilterPolicy: Filter policy can not have more than 5 keys");
}

TEST_CASE("FilterPolicy has at most 150 combinations", "[triggers][FilterPolicy]") {
    const std::string fifteen = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]";
    const std::string ten = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";
    const std::string eleven = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]";
    const std::string begin = R"({"a": )" + fifteen + R"(, "b": )";
    CHECK(fault(begin + ten + "}").empty());
    CHECK(fault(begin + eleven + "}") == "FilterPolicy: Filter policy is too complex");
    // A value that lies two deep counts twice.
    const std::string deep = R"({"a": )" + fifteen + R"(, "b": {"c": )";
    CHECK(
        fault(deep + ten + "}}", FilterScope::kBody) == "FilterPolicy: Filter policy is too complex"
    );
    CHECK(fault(deep + "[1, 2, 3, 4, 5]}}", FilterScope::kBody).empty());
}
