#include "triggers/patterns/event_pattern.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::triggers;

namespace {

std::string reason(const std::string& pattern) {
    const auto parsed = EventPattern::parse(pattern);
    if (parsed.has_value()) {
        return "";
    }
    CHECK(parsed.error().code() == Code::kInvalidArgument);
    CHECK(parsed.error().subject() == "event_pattern");
    return parsed.error().message();
}

struct Fault {
    const char* pattern;
    const char* reason;
};

void check(const std::vector<Fault>& faults) {
    for (const Fault& fault : faults) {
        INFO(fault.pattern);
        CHECK(reason(fault.pattern) == fault.reason);
    }
}

const char* const kMixed =
    "Inside anything but list, either all values are number or string, mixed type is not supported";
const char* const kOneKey = "Only one key allowed in match expression";
const char* const kNoAnythingBut =
    "Value of anything-but must be an array or single string/number value.";

}  // namespace

TEST_CASE("A pattern without the right shape is refused in AWS's words", "[triggers][patterns]") {
    check({
        {"", "Invalid JSON"},
        {"{'a': 1}", "Invalid JSON"},
        {R"({"a": ["x"]} more)", "Invalid JSON"},
        {"[]", "Filter is not an object"},
        {"null", "Filter is not an object"},
        {R"("text")", "Filter is not an object"},
        {"{}", "Empty objects are not allowed"},
        {R"({"a": {}})", "Empty objects are not allowed"},
        {R"({"a": []})", "Empty arrays are not allowed"},
        {R"({"a": "x"})", R"("a" must be an object or an array)"},
        {R"({"a": {"b": 42}})", R"("b" must be an object or an array)"},
        {R"({"a": null})", R"("a" must be an object or an array)"},
        {R"({"a": [["x"]]})", "Match value must be String, number, true, false, or null"},
        {R"({"a": [{}]})", "Match expression name not found"},
        {R"({"a": [{"EXISTS": true}]})", "Unrecognized match type EXISTS"},
        {R"({"a": [{"regex": "x"}]})", "Unrecognized match type regex"},
        // The first fault in the order of the text is the one that is told.
        {R"({"z": "x", "a": []})", R"("z" must be an object or an array)"},
    });
}

TEST_CASE("An operator with a wrong operand is refused in AWS's words", "[triggers][patterns]") {
    check({
        {R"({"a": [{"exactly": 1}]})", "exact match pattern must be a string"},
        {R"({"a": [{"prefix": 1}]})", "prefix match pattern must be a string"},
        {R"({"a": [{"prefix": ["x"]}]})", "prefix match pattern must be a string"},
        {R"({"a": [{"prefix": {}}]})", "Prefix expression name not found"},
        {R"({"a": [{"prefix": {"suffix": "x"}}]})", "Unsupported prefix pattern: suffix"},
        {R"({"a": [{"prefix": {"equals-ignore-case": 1}}]})",
         "equals-ignore-case match pattern must be a string"},
        {R"({"a": [{"suffix": null}]})", "suffix match pattern must be a string"},
        {R"({"a": [{"suffix": {"wildcard": "x"}}]})", "Unsupported suffix pattern: wildcard"},
        {R"({"a": [{"equals-ignore-case": ["x"]}]})",
         "equals-ignore-case match pattern must be a string"},
        {R"({"a": [{"wildcard": 1}]})", "wildcard match pattern must be a string"},
        {R"({"a": [{"wildcard": "a**"}]})", "Consecutive wildcard characters at pos 2"},
        {R"({"a": [{"wildcard": "a\\x"}]})", "Invalid escape character at pos 2"},
        {R"({"a": [{"wildcard": "a\\"}]})", "Invalid escape character at pos 2"},
        {R"({"a": [{"exists": "true"}]})", "exists match pattern must be either true or false."},
        {R"({"a": [{"prefix": "x", "suffix": "y"}]})", kOneKey},
        {R"({"a": [{"exists": true, "prefix": "y"}]})", kOneKey},
        {R"({"a": [{"cidr": 1}]})", "prefix match pattern must be a string"},
        {R"({"a": [{"cidr": "10.0.0.0"}]})", "Malformed CIDR, one '/' required"},
        {R"({"a": [{"cidr": "10.0.0.0/8/8"}]})", "Malformed CIDR, one '/' required"},
        {R"({"a": [{"cidr": "10.0.0.0/x"}]})", "Malformed CIDR, mask bits must be an integer"},
        {R"({"a": [{"cidr": "10.0.0.0/-1"}]})", "Malformed CIDR, mask bits must not be negative"},
        {R"({"a": [{"cidr": "10.0.0.0/32"}]})", "IPv4 mask bits must be < 32"},
        {R"({"a": [{"cidr": "::/128"}]})", "IPv6 mask bits must be < 128"},
        {R"({"a": [{"cidr": "300.0.0.0/8"}]})", "Invalid IP address: 300.0.0.0"},
        {R"({"a": [{"cidr": "here/8"}]})", "Nonstandard IP address: here"},
    });
}

TEST_CASE("anything-but with a wrong operand is refused in AWS's words", "[triggers][patterns]") {
    const char* const bad_fold =
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.";
    check({
        {R"({"a": [{"anything-but": null}]})", kNoAnythingBut},
        {R"({"a": [{"anything-but": true}]})", kNoAnythingBut},
        {R"({"a": [{"anything-but": {"prefix": null}}]})", kNoAnythingBut},
        {R"({"a": [{"anything-but": []}]})", kMixed},
        {R"({"a": [{"anything-but": ["x", 1]}]})", kMixed},
        {R"({"a": [{"anything-but": [null]}]})",
         "Inside anything but list, start|null|boolean is not supported."},
        {R"({"a": [{"anything-but": {}}]})", "Anything-But expression name not found"},
        {R"({"a": [{"anything-but": {"numeric": ["=", 1]}}]})",
         "Unsupported anything-but pattern: numeric"},
        {R"({"a": [{"anything-but": {"prefix": ""}}]})", "Null prefix/suffix not allowed"},
        {R"({"a": [{"anything-but": {"suffix": [""]}}]})", "Null prefix/suffix not allowed"},
        {R"({"a": [{"anything-but": {"prefix": 1}}]})",
         "prefix/suffix match pattern must be a string"},
        {R"({"a": [{"anything-but": {"equals-ignore-case": 123}}]})", bad_fold},
        {R"({"a": [{"anything-but": {"equals-ignore-case": [123]}}]})", bad_fold},
        {R"({"a": [{"anything-but": {"wildcard": [1]}}]})",
         "wildcard match pattern must be a string"},
        {R"({"a": [{"anything-but": "x", "prefix": "y"}]})",
         "Too many elements in numeric expression"},
        {R"({"a": [{"anything-but": 6000000000}]})",
         "Value must be between -5.0E9 and 5.0E9, inclusive"},
    });
}

TEST_CASE("A wrong numeric range is refused in AWS's words", "[triggers][patterns]") {
    check({
        {R"({"a": [{"numeric": 5}]})", "Value of numeric must be an array."},
        {R"({"a": [{"numeric": []}]})", "Invalid member in numeric match: ]"},
        {R"({"a": [{"numeric": [5]}]})", "Invalid member in numeric match: 5"},
        {R"({"a": [{"numeric": ["=", "5"]}]})", "Value of equals must be numeric"},
        {R"({"a": [{"numeric": ["="]}]})", "Value of equals must be numeric"},
        {R"({"a": [{"numeric": ["=", 5, 6]}]})", "Too many elements in numeric expression"},
        {R"({"a": [{"numeric": [">", true]}]})", "Value of > must be numeric"},
        {R"({"a": [{"numeric": [">=", null]}]})", "Value of >= must be numeric"},
        {R"({"a": [{"numeric": ["<", 5, ">", 1]}]})", "Too many elements in numeric expression"},
        {R"({"a": [{"numeric": [">", 0, ">", 0]}]})", "Bad numeric range operator: >"},
        {R"({"a": [{"numeric": [">", 0, 5]}]})", "Bad value in numeric range: 5"},
        {R"({"a": [{"numeric": [">", 0, "<"]}]})", "Value of < must be numeric"},
        {R"({"a": [{"numeric": [">", 0, "<", 5, "<", 6]}]})",
         "Too many terms in numeric range expression"},
        {R"({"a": [{"numeric": [">", 5, "<", 5]}]})", "Bottom must be less than top"},
        {R"({"a": [{"numeric": ["!=", 5]}]})", "Unrecognized numeric range operator: !="},
        {R"({"a": [{"numeric": ["=", 5000000001]}]})",
         "Value must be between -5.0E9 and 5.0E9, inclusive"},
        {R"({"a": [{"numeric": ["=", 0.1234567]}]})", "Only values upto 6 decimals are supported"},
        {R"({"a": [{"numeric": ["=", 5], "prefix": "x"}]})",
         "Too many elements in numeric expression"},
    });
}

TEST_CASE("A wrong $or is refused in AWS's words", "[triggers][patterns]") {
    check({
        {R"({"$or": {"a": [1]}})", "It must be an Array followed with $or."},
        {R"({"$or": [1, 2]})", "Only JSON object is allowed in array of $or relationship."},
        {R"({"$or": [{"a": [1]}]})", "There must have at least 2 Objects in $or relationship."},
        {R"({"$or": []})", "There must have at least 2 Objects in $or relationship."},
        {R"({"$or": [{"a": [1]}, {}]})", "Empty objects are not allowed"},
        {R"({"$or": [{"prefix": ["x"]}, {"a": [1]}]})",
         "prefix is Ruler reserved fieldName which cannot be used inside $or."},
    });
    CHECK(reason(R"({"prefix": ["x"]})").empty());
}

TEST_CASE("A pattern that would cost too much is refused", "[triggers][patterns]") {
    std::string deep;
    for (int i = 0; i < 200; ++i) {
        deep += R"({"a":)";
    }
    deep += "[1]" + std::string(200, '}');
    CHECK(reason(deep) == "Event pattern is nested too deep");
    CHECK_FALSE(reason(std::string(100'000, '[')).empty());

    std::string wide = "{";
    for (int i = 0; i < 10; ++i) {
        const std::string name = std::to_string(i);
        wide += i == 0 ? "" : ",";
        wide += "\"f" + name + R"(": {"$or": [{"a": [1]}, {"b": [1]}]})";
    }
    CHECK(reason(wide + "}") == "Rule is too complex - try using fewer $or alternatives");
}
