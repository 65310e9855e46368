#include "triggers/patterns/event_pattern.h"
#include "triggers/patterns/wildcard.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace lambent::triggers;
using nlohmann::json;

namespace {

constexpr int kRounds = 20'000;

class Maker {
  public:
    explicit Maker(unsigned seed) : random_(seed) {}

    int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
    std::string name() { return std::string(1, static_cast<char>('a' + below(3))); }
    std::string text(std::string_view letters, int length_max) {
        std::string made;
        for (int left = below(length_max + 1); left > 0; --left) {
            made += letters[static_cast<std::size_t>(below(static_cast<int>(letters.size())))];
        }
        return made;
    }

    json scalar() {
        switch (below(5)) {
            case 0:
                return below(3);
            case 1:
                return below(2) == 0;
            case 2:
                return nullptr;
            default:
                return text("xy", 2);
        }
    }
    json value(int depth) {
        const int kind = below(depth > 0 ? 5 : 2);
        if (kind == 3) {
            return object(depth - 1);
        }
        if (kind == 4) {
            json array = json::array();
            for (int left = below(3); left > 0; --left) {
                array.push_back(value(depth - 1));
            }
            return array;
        }
        return scalar();
    }
    json object(int depth) {
        json made = json::object();
        for (int left = below(4); left > 0; --left) {
            made[name()] = value(depth);
        }
        return made;
    }

    json test() {
        switch (below(6)) {
            case 0:
                return {{"exists", below(2) == 0}};
            case 1:
                return {{"anything-but", text("xy", 2)}};
            case 2:
                return {{"prefix", text("xy", 1)}};
            case 3:
                return {{"numeric", {">", below(3)}}};
            default:
                return scalar();
        }
    }
    json pattern(int depth) {
        json made = json::object();
        do {
            const std::string field = name();
            if (depth > 0 && below(3) == 0) {
                made[field] = pattern(depth - 1);
            } else {
                made[field] = json::array({test()});
            }
        } while (below(2) == 0);
        return made;
    }

  private:
    std::mt19937 random_;
};

bool matches(const json& pattern, const json& event) {
    const auto parsed = EventPattern::parse(pattern.dump());
    INFO(pattern.dump());
    REQUIRE(parsed.has_value());
    return parsed->matches(event);
}

// What a wildcard means, as slow as can be.
bool matches_slowly(std::string_view wildcard, std::string_view text) {
    if (wildcard.empty()) {
        return text.empty();
    }
    if (wildcard.front() == '*') {
        return matches_slowly(wildcard.substr(1), text) ||
               (!text.empty() && matches_slowly(wildcard, text.substr(1)));
    }
    return !text.empty() && text.front() == wildcard.front() &&
           matches_slowly(wildcard.substr(1), text.substr(1));
}

}  // namespace

TEST_CASE("$or matches what any of its alternatives alone matches", "[triggers][patterns]") {
    Maker make(1);
    for (int round = 0; round < kRounds; ++round) {
        const json left = make.pattern(2);
        const json right = make.pattern(2);
        const json event = make.object(3);
        const json either = {{"$or", {left, right}}};
        INFO(either.dump() << "\n" << event.dump());
        REQUIRE(matches(either, event) == (matches(left, event) || matches(right, event)));
    }
}

TEST_CASE("anything-but is the contrary of the value on single values", "[triggers][patterns]") {
    Maker make(2);
    for (int round = 0; round < kRounds; ++round) {
        const std::string text = make.text("xy", 2);
        const json event = {{"a", make.scalar()}};
        const bool equal = matches({{"a", {text}}}, event);
        const json others = {{"a", {{{"anything-but", text}}}}};
        INFO(text << "\n" << event.dump());
        REQUIRE(matches(others, event) != equal);
    }
}

TEST_CASE("exists true and false are contraries wherever no array is", "[triggers][patterns]") {
    Maker make(3);
    for (int round = 0; round < kRounds; ++round) {
        const json event = {{"a", make.value(0)}, {"b", {{"a", make.scalar()}}}};
        const std::string field = make.name();
        const json there = {{field, {{{"exists", true}}}}};
        const json gone = {{field, {{{"exists", false}}}}};
        INFO(field << "\n" << event.dump());
        REQUIRE(matches(there, event) != matches(gone, event));
    }
}

TEST_CASE("A field that no pattern names changes nothing", "[triggers][patterns]") {
    Maker make(4);
    for (int round = 0; round < kRounds; ++round) {
        const json pattern = make.pattern(2);
        json event = make.object(3);
        const bool before = matches(pattern, event);
        event["other"] = make.value(2);
        INFO(pattern.dump() << "\n" << event.dump());
        REQUIRE(matches(pattern, event) == before);
    }
}

TEST_CASE(
    "A dotted name means the same as nesting, in events and patterns", "[triggers][patterns]"
) {
    Maker make(5);
    for (int round = 0; round < kRounds; ++round) {
        const json test = json::array({make.test()});
        const json value = make.value(2);
        const json nested_pattern = {{"a", {{"b", test}}}};
        const json dotted_pattern = {{"a.b", test}};
        const json nested_event = {{"a", {{"b", value}}}};
        const json dotted_event = {{"a.b", value}};
        INFO(test.dump() << "\n" << value.dump());
        const bool expected = matches(nested_pattern, nested_event);
        REQUIRE(matches(dotted_pattern, nested_event) == expected);
        REQUIRE(matches(nested_pattern, dotted_event) == expected);
    }
}

TEST_CASE("A wildcard matches what its definition says", "[triggers][patterns]") {
    Maker make(6);
    for (int round = 0; round < 10 * kRounds; ++round) {
        const std::string written = make.text("ab*", 7);
        if (written.find("**") != std::string::npos) {
            continue;
        }
        const std::string text = make.text("ab", 9);
        const auto wildcard = Wildcard::parse(written);
        REQUIRE(wildcard.has_value());
        INFO(written << " and " << text);
        REQUIRE(wildcard->matches(text) == matches_slowly(written, text));
    }
}
