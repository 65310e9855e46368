#include "triggers/patterns/event_pattern.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <vector>

using namespace lambent::triggers;

namespace {

struct Case {
    const char* pattern;
    const char* event;
    bool matches;
};

void check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        INFO(one.pattern << "\n" << one.event);
        const auto pattern = EventPattern::parse(one.pattern);
        REQUIRE(pattern.has_value());
        CHECK(pattern->matches(nlohmann::json::parse(one.event)) == one.matches);
    }
}

}  // namespace

TEST_CASE("A pattern's exact values match by type and value", "[triggers][patterns]") {
    check({
        {R"({"a": ["x"]})", R"({"a": "x"})", true},
        {R"({"a": ["x"]})", R"({"a": "X"})", false},
        {R"({"a": ["x"]})", R"({"a": "xx"})", false},
        {R"({"a": ["x", "y"]})", R"({"a": "y"})", true},
        {R"({"a": ["x"]})", R"({"A": "x"})", false},
        {R"({"a": ["x"]})", R"({})", false},
        {R"({"a": [""]})", R"({"a": ""})", true},
        {R"({"a": [""]})", R"({"a": null})", false},
        {R"({"a": [1]})", R"({"a": 1})", true},
        {R"({"a": [1]})", R"({"a": 1.0})", true},
        {R"({"a": [300]})", R"({"a": 3.0e2})", true},
        {R"({"a": [1]})", R"({"a": "1"})", false},
        {R"({"a": ["1"]})", R"({"a": 1})", false},
        {R"({"a": [9007199254740993]})", R"({"a": 9007199254740993})", true},
        {R"({"a": [9007199254740993]})", R"({"a": 9007199254740992})", false},
        {R"({"a": [-1.5]})", R"({"a": -1.5})", true},
        {R"({"a": [true]})", R"({"a": true})", true},
        {R"({"a": [true]})", R"({"a": false})", false},
        {R"({"a": [true]})", R"({"a": "true"})", false},
        {R"({"a": [true]})", R"({"a": 1})", false},
        {R"({"a": [null]})", R"({"a": null})", true},
        {R"({"a": [null]})", R"({"a": ""})", false},
        {R"({"a": [null]})", R"({})", false},
        {R"({"a": [null]})", R"({"a": []})", false},
        {R"({"a": [{"exactly": "x"}]})", R"({"a": "x"})", true},
        {R"({"a": ["::1"]})", R"({"a": "0:0:0:0:0:0:0:1"})", true},
        {R"({"a": ["10.0.0.1"]})", R"({"a": "10.0.0.1"})", true},
        {R"({"a": ["10.0.0.1"]})", R"({"a": "10.0.0.2"})", false},
    });
}

TEST_CASE("All fields of a pattern must match, at every depth", "[triggers][patterns]") {
    check({
        {R"({"a": ["x"], "b": [1]})", R"({"a": "x", "b": 1, "c": 0})", true},
        {R"({"a": ["x"], "b": [1]})", R"({"a": "x", "b": 2})", false},
        {R"({"a": ["x"], "b": [1]})", R"({"a": "x"})", false},
        {R"({"a": {"b": {"c": ["x"]}}})", R"({"a": {"b": {"c": "x"}}})", true},
        {R"({"a": {"b": {"c": ["x"]}}})", R"({"a": {"b": "x"}})", false},
        {R"({"a": {"b": ["x"]}})", R"({"a": "x"})", false},
        {R"({"a": ["x"]})", R"({"a": {"b": "x"}})", false},
        {R"({"a": {"b": ["x"]}})", R"({"a": null})", false},
        {R"({"a": {"b": ["x"]}})", R"([])", false},
        {R"({"a.b": ["x"]})", R"({"a": {"b": "x"}})", true},
        {R"({"a": {"b": ["x"]}})", R"({"a.b": "x"})", true},
        {R"({"a.b": ["x"]})", R"({"a.b": "x"})", true},
        {R"({"a": {"b.c": ["x"]}})", R"({"a.b": {"c": "x"}})", true},
        {R"({"a": {"b": ["x"]}})", R"({"a.b": {"b": "x"}})", false},
        {R"({"a": {"b": ["x"], "c": ["y"]}})", R"({"a.b": "x", "a": {"c": "y"}})", true},
        {R"({"a": ["x"], "a": ["y"]})", R"({"a": "y"})", true},
        {R"({"a": ["x"], "a": ["y"]})", R"({"a": "x"})", false},
    });
}

TEST_CASE("A value in an array of the event is a value of its field", "[triggers][patterns]") {
    check({
        {R"({"a": ["x"]})", R"({"a": ["w", "x"]})", true},
        {R"({"a": ["x"]})", R"({"a": ["w", "y"]})", false},
        {R"({"a": ["x"]})", R"({"a": []})", false},
        {R"({"a": ["x"]})", R"({"a": [["x"]]})", true},
        {R"({"a": [{"prefix": "x"}]})", R"({"a": ["w", "xy"]})", true},
        {R"({"a": [{"numeric": [">", 5]}]})", R"({"a": [1, 9]})", true},
        {R"({"a": {"b": ["x"]}})", R"({"a": [{"b": "w"}, {"b": "x"}]})", true},
        {R"({"a": {"b": ["x"]}})", R"({"a": [{"b": "w"}, "x"]})", false},
        {R"({"a": {"b": ["x"]}})", R"({"a": []})", false},
        {R"({"a": {"b": [1], "c": [2]}})", R"({"a": [{"b": 1, "c": 2}]})", true},
        {R"({"a": {"b": [1], "c": [4]}})", R"({"a": [{"b": 1, "c": 2}, {"b": 3, "c": 4}]})", false},
        {R"({"a": {"b": [3], "c": [4]}})", R"({"a": [{"b": 1, "c": 2}, {"b": 3, "c": 4}]})", true},
        {R"({"a": {"b": {"c": [1], "d": [2]}}})",
         R"({"a": [{"b": [{"c": 1}, {"d": 2}]}, {"b": [{"c": 1, "d": 2}]}]})",
         true},
        {R"({"a": {"b": {"c": [1], "d": [2]}}})", R"({"a": [{"b": [{"c": 1}, {"d": 2}]}]})", false},
        {R"({"a": {"b": [1]}, "e": [5]})", R"({"a": [{"b": 1}], "e": [4, 5]})", true},
    });
}

TEST_CASE("prefix, suffix and equals-ignore-case look at texts only", "[triggers][patterns]") {
    check({
        {R"({"a": [{"prefix": "ab"}]})", R"({"a": "abc"})", true},
        {R"({"a": [{"prefix": "ab"}]})", R"({"a": "ab"})", true},
        {R"({"a": [{"prefix": "ab"}]})", R"({"a": "a"})", false},
        {R"({"a": [{"prefix": "ab"}]})", R"({"a": "Abc"})", false},
        {R"({"a": [{"prefix": "1"}]})", R"({"a": 12})", false},
        {R"({"a": [{"prefix": ""}]})", R"({"a": "x"})", true},
        {R"({"a": [{"prefix": ""}]})", R"({"a": null})", false},
        {R"({"a": [{"prefix": {"equals-ignore-case": "AB"}}]})", R"({"a": "abc"})", true},
        {R"({"a": [{"prefix": {"equals-ignore-case": "AB"}}]})", R"({"a": "bab"})", false},
        {R"({"a": [{"suffix": ".png"}]})", R"({"a": "cat.png"})", true},
        {R"({"a": [{"suffix": ".png"}]})", R"({"a": "cat.PNG"})", false},
        {R"({"a": [{"suffix": ".png"}]})", R"({"a": "cat.png.txt"})", false},
        {R"({"a": [{"suffix": {"equals-ignore-case": ".PNG"}}]})", R"({"a": "cat.pnG"})", true},
        {R"({"a": [{"suffix": "1"}]})", R"({"a": 1})", false},
        {R"({"a": [{"equals-ignore-case": "Alice"}]})", R"({"a": "aLICE"})", true},
        {R"({"a": [{"equals-ignore-case": "Alice"}]})", R"({"a": "alicE "})", false},
        {R"({"a": [{"equals-ignore-case": "ÄÖÜ-ΣΩ-ЖЁ"}]})", R"({"a": "äöü-σω-жё"})", true},
        {R"({"a": [{"equals-ignore-case": "×"}]})", R"({"a": "÷"})", false},
        {R"({"a": [{"equals-ignore-case": ""}]})", R"({"a": ""})", true},
        {R"({"a": [{"equals-ignore-case": "true"}]})", R"({"a": true})", false},
    });
}

TEST_CASE("A wildcard stands for any bytes", "[triggers][patterns]") {
    check({
        {R"({"a": [{"wildcard": "*"}]})", R"({"a": ""})", true},
        {R"({"a": [{"wildcard": "*.png"}]})", R"({"a": "dir/cat.png"})", true},
        {R"({"a": [{"wildcard": "*.png"}]})", R"({"a": "cat.png2"})", false},
        {R"({"a": [{"wildcard": "dir/*"}]})", R"({"a": "dir/"})", true},
        {R"({"a": [{"wildcard": "dir/*"}]})", R"({"a": "dir"})", false},
        {R"({"a": [{"wildcard": "a*a"}]})", R"({"a": "a"})", false},
        {R"({"a": [{"wildcard": "a*a"}]})", R"({"a": "aa"})", true},
        {R"({"a": [{"wildcard": "a*b*c"}]})", R"({"a": "aXbYbZc"})", true},
        {R"({"a": [{"wildcard": "a*b*c"}]})", R"({"a": "acb"})", false},
        {R"({"a": [{"wildcard": "abc"}]})", R"({"a": "abc"})", true},
        {R"({"a": [{"wildcard": ""}]})", R"({"a": ""})", true},
        {R"({"a": [{"wildcard": "a\\*b"}]})", R"({"a": "a*b"})", true},
        {R"({"a": [{"wildcard": "a\\*b"}]})", R"({"a": "aXb"})", false},
        {R"({"a": [{"wildcard": "a\\\\*"}]})", R"({"a": "a\\xyz"})", true},
        {R"({"a": [{"wildcard": "*"}]})", R"({"a": 5})", false},
        {R"({"a": [{"wildcard": "*ab*"}]})", R"({"a": ["x", "xaby"]})", true},
    });
}

TEST_CASE("anything-but passes every value but those it names", "[triggers][patterns]") {
    check({
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": "y"})", true},
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": "x"})", false},
        {R"({"a": [{"anything-but": "x"}]})", R"({})", false},
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": null})", true},
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": 5})", true},
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": true})", true},
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": {"b": 1}})", false},
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": ["x", "y"]})", true},
        {R"({"a": [{"anything-but": "x"}]})", R"({"a": ["x"]})", false},
        {R"({"a": [{"anything-but": ["x", "y"]}]})", R"({"a": "y"})", false},
        {R"({"a": [{"anything-but": ["x", "y"]}]})", R"({"a": "z"})", true},
        {R"({"a": [{"anything-but": 5}]})", R"({"a": 5.0})", false},
        {R"({"a": [{"anything-but": 0}]})", R"({"a": 1})", true},
        {R"({"a": [{"anything-but": [100, 200]}]})", R"({"a": 200})", false},
        {R"({"a": [{"anything-but": [100, 200]}]})", R"({"a": 300})", true},
        {R"({"a": [{"anything-but": 5}]})", R"({"a": "5"})", true},
        {R"({"a": [{"anything-but": {"prefix": "in"}}]})", R"({"a": "init"})", false},
        {R"({"a": [{"anything-but": {"prefix": "in"}}]})", R"({"a": "pending"})", true},
        {R"({"a": [{"anything-but": {"prefix": "in"}}]})", R"({"a": 5})", true},
        {R"({"a": [{"anything-but": {"prefix": "in"}}]})", R"({"a": null})", true},
        {R"({"a": [{"anything-but": {"prefix": "in"}}]})", R"({})", false},
        {R"({"a": [{"anything-but": {"prefix": ["in", "st"]}}]})", R"({"a": "stop"})", false},
        {R"({"a": [{"anything-but": {"suffix": ".png"}}]})", R"({"a": "a.png"})", false},
        {R"({"a": [{"anything-but": {"suffix": [".png", ".gif"]}}]})", R"({"a": "a.txt"})", true},
        {R"({"a": [{"anything-but": {"equals-ignore-case": "init"}}]})", R"({"a": "INIT"})", false},
        {R"({"a": [{"anything-but": {"equals-ignore-case": ["a", "b"]}}]})", R"({"a": "c"})", true},
        {R"({"a": [{"anything-but": {"wildcard": "*/lib/*"}}]})", R"({"a": "x/lib/y"})", false},
        {R"({"a": [{"anything-but": {"wildcard": ["*/lib/*", "*.o"]}}]})", R"({"a": "x"})", true},
    });
}

TEST_CASE("A numeric range admits numbers within it", "[triggers][patterns]") {
    check({
        {R"({"a": [{"numeric": ["=", 5]}]})", R"({"a": 5})", true},
        {R"({"a": [{"numeric": ["=", 5]}]})", R"({"a": 5.000001})", false},
        {R"({"a": [{"numeric": ["=", 3.018e2]}]})", R"({"a": 301.8})", true},
        {R"({"a": [{"numeric": ["=", 5]}]})", R"({"a": "5"})", false},
        {R"({"a": [{"numeric": ["<", 10]}]})", R"({"a": 10})", false},
        {R"({"a": [{"numeric": ["<", 10]}]})", R"({"a": -10})", true},
        {R"({"a": [{"numeric": ["<=", 10]}]})", R"({"a": 10})", true},
        {R"({"a": [{"numeric": [">", 0]}]})", R"({"a": 0})", false},
        {R"({"a": [{"numeric": [">", 0]}]})", R"({"a": 0.000001})", true},
        {R"({"a": [{"numeric": [">=", 0]}]})", R"({"a": 0})", true},
        {R"({"a": [{"numeric": [">", 0, "<=", 5]}]})", R"({"a": 5})", true},
        {R"({"a": [{"numeric": [">", 0, "<=", 5]}]})", R"({"a": 0})", false},
        {R"({"a": [{"numeric": [">", 0, "<=", 5]}]})", R"({"a": 6})", false},
        {R"({"a": [{"numeric": [">=", 1, "<", 2]}]})", R"({"a": 1})", true},
        {R"({"a": [{"numeric": [">=", 1, "<", 2]}]})", R"({"a": 2})", false},
        {R"({"a": [{"numeric": [">", 0]}]})", R"({"a": 5000000001})", false},
        {R"({"a": [{"numeric": [">=", -5000000000]}]})", R"({"a": 5000000000})", true},
        {R"({"a": [{"numeric": [">", 0]}]})", R"({"a": true})", false},
        {R"({"a": [{"numeric": [">", 0]}]})", R"({"a": null})", false},
        {R"({"a": [{"numeric": ["<", 0]}, {"numeric": [">", 9]}]})", R"({"a": 10})", true},
    });
}

TEST_CASE("exists asks for leaves only", "[triggers][patterns]") {
    check({
        {R"({"a": [{"exists": true}]})", R"({"a": 0})", true},
        {R"({"a": [{"exists": true}]})", R"({"a": null})", true},
        {R"({"a": [{"exists": true}]})", R"({})", false},
        {R"({"a": [{"exists": true}]})", R"({"a": {"b": 1}})", false},
        {R"({"a": [{"exists": true}]})", R"({"a": []})", false},
        {R"({"a": [{"exists": true}]})", R"({"a": [1]})", true},
        {R"({"a": [{"exists": false}]})", R"({})", true},
        {R"({"a": [{"exists": false}]})", R"({"a": ""})", false},
        {R"({"a": [{"exists": false}]})", R"({"a": null})", false},
        {R"({"a": [{"exists": false}]})", R"({"a": {"b": 1}})", true},
        {R"({"a": {"b": [{"exists": false}]}})", R"({})", true},
        {R"({"a": {"b": [{"exists": false}]}})", R"({"a": "x"})", true},
        {R"({"a": {"b": [{"exists": false}]}})", R"({"a": {"b": 1}})", false},
        {R"({"a": {"b": [{"exists": false}]}})", R"({"a": [{"b": 1}, {"c": 2}]})", false},
        {R"({"a": {"b": [{"exists": false}]}})", R"({"a": [{"c": 2}]})", true},
        {R"({"a": {"b": [{"exists": false}], "c": [2]}})", R"({"a": [{"b": 1}, {"c": 2}]})", true},
        {R"({"a": {"b": [{"exists": false}]}})", R"({"a": []})", true},
        {R"({"a": [{"exists": false}, "x"]})", R"({"a": "x"})", true},
        {R"({"a": [{"exists": false}, "x"]})", R"({})", true},
        {R"({"a": [{"exists": false}, "x"]})", R"({"a": "y"})", false},
    });
}

TEST_CASE("cidr admits the addresses of a block", "[triggers][patterns]") {
    check({
        {R"({"a": [{"cidr": "10.0.0.0/24"}]})", R"({"a": "10.0.0.255"})", true},
        {R"({"a": [{"cidr": "10.0.0.0/24"}]})", R"({"a": "10.0.1.0"})", false},
        {R"({"a": [{"cidr": "10.0.0.0/24"}]})", R"({"a": "10.0.0.0"})", true},
        {R"({"a": [{"cidr": "10.0.0.0/8"}]})", R"({"a": "10.200.3.4"})", true},
        {R"({"a": [{"cidr": "0.0.0.0/0"}]})", R"({"a": "255.255.255.255"})", true},
        {R"({"a": [{"cidr": "10.0.0.0/24"}]})", R"({"a": "not an address"})", false},
        {R"({"a": [{"cidr": "10.0.0.0/24"}]})", R"({"a": 10})", false},
        {R"({"a": [{"cidr": "10.0.0.0/24"}]})", R"({"a": "::ffff:10.0.0.1"})", false},
        {R"({"a": [{"cidr": "2001:db8::/32"}]})", R"({"a": "2001:db8:ffff::1"})", true},
        {R"({"a": [{"cidr": "2001:db8::/32"}]})", R"({"a": "2001:db9::1"})", false},
        {R"({"a": [{"cidr": "192.168.1.8/29"}]})", R"({"a": "192.168.1.15"})", true},
        {R"({"a": [{"cidr": "192.168.1.8/29"}]})", R"({"a": "192.168.1.16"})", false},
    });
}

TEST_CASE("$or needs one of its alternatives", "[triggers][patterns]") {
    const char* either = R"({"s": ["x"], "$or": [{"a": [1]}, {"b": [2]}]})";
    const char* both =
        R"({"$or": [{"a": [1]}, {"b": [2]}], "d": {"$or": [{"c": [3]}, {"e": [4]}]}})";
    const char* nested = R"({"$or": [{"a": [1]}, {"b": [2], "$or": [{"c": [3]}, {"d": [4]}]}]})";
    const char* absent = R"({"$or": [{"a": [{"exists": false}]}, {"a": [{"anything-but": 1}]}]})";
    check({
        {either, R"({"s": "x", "a": 1})", true},
        {either, R"({"s": "x", "b": 2})", true},
        {either, R"({"s": "x", "a": 2, "b": 1})", false},
        {either, R"({"s": "y", "a": 1})", false},
        {both, R"({"a": 1, "d": {"e": 4}})", true},
        {both, R"({"a": 1, "d": {"e": 5}})", false},
        {both, R"({"d": {"c": 3}})", false},
        {nested, R"({"a": 1})", true},
        {nested, R"({"b": 2})", false},
        {nested, R"({"b": 2, "d": 4})", true},
        {absent, R"({})", true},
        {absent, R"({"a": 1})", false},
        {absent, R"({"a": 2})", true},
        // An alternative and its siblings must hold within one element of an array.
        {R"({"a": {"x": [1], "$or": [{"y": [2]}, {"z": [3]}]}})",
         R"({"a": [{"x": 1}, {"y": 2}]})",
         false},
        {R"({"a": {"x": [1], "$or": [{"y": [2]}, {"z": [3]}]}})",
         R"({"a": [{"x": 1, "z": 3}]})",
         true},
    });
}
