#include "runtime/environment/line_splitter.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using lambent::runtime::LineSplitter;

namespace {

struct Lines {
    LineSplitter splitter{[this](std::string_view line) {
        seen.emplace_back(line);
    }};
    std::vector<std::string> seen;
};

}  // namespace

TEST_CASE("LineSplitter makes one event of each line", "[runtime][LineSplitter]") {
    Lines lines;
    lines.splitter.feed("one\ntwo\n\nfo");
    lines.splitter.feed("ur\n");
    CHECK(lines.seen == std::vector<std::string>{"one", "two", "", "four"});
}

TEST_CASE("LineSplitter keeps an unfinished line until it is flushed", "[runtime][LineSplitter]") {
    Lines lines;
    lines.splitter.feed("unfinished");
    CHECK(lines.seen.empty());
    lines.splitter.flush();
    CHECK(lines.seen == std::vector<std::string>{"unfinished"});
    lines.splitter.flush();
    CHECK(lines.seen.size() == 1);
}

TEST_CASE(
    "LineSplitter breaks a line at carriage returns within one event", "[runtime][LineSplitter]"
) {
    Lines lines;
    lines.splitter.feed("first\rsecond\rthird\nnext\n");
    CHECK(lines.seen == std::vector<std::string>{"first\nsecond\nthird", "next"});
}

TEST_CASE("LineSplitter drops the carriage return of a line end", "[runtime][LineSplitter]") {
    Lines lines;
    lines.splitter.feed("windows\r");
    lines.splitter.feed("\n");
    CHECK(lines.seen == std::vector<std::string>{"windows"});
}

TEST_CASE("LineSplitter cuts a long line into pieces of 256 KiB", "[runtime][LineSplitter]") {
    const std::size_t limit = LineSplitter::kLineBytesMax;
    Lines lines;
    SECTION("a line of exactly the limit is one event") {
        lines.splitter.feed(std::string(limit, 'x') + "\n");
        REQUIRE(lines.seen.size() == 1);
        CHECK(lines.seen.front().size() == limit);
    }
    SECTION("a longer one is more, and nothing is lost") {
        const std::string text = std::string(limit, 'x') + std::string(limit, 'y') + "z";
        lines.splitter.feed(text + "\n");
        REQUIRE(lines.seen.size() == 3);
        CHECK(lines.seen.at(0) + lines.seen.at(1) + lines.seen.at(2) == text);
        CHECK(lines.seen.at(2) == "z");
    }
    SECTION("one that never ends is not kept") {
        for (int i = 0; i < 100; ++i) {
            lines.splitter.feed(std::string(64 * 1024, 'x'));
        }
        CHECK(lines.seen.size() == 24);
    }
    SECTION("a character is not cut in two") {
        lines.splitter.feed(std::string(limit - 1, 'x') + "é\n");
        REQUIRE(lines.seen.size() == 2);
        CHECK(lines.seen.at(1) == "é");
    }
    SECTION("bytes that are no characters are cut all the same") {
        lines.splitter.feed(std::string(2 * limit, '\x80') + "\n");
        CHECK(lines.seen.size() == 3);
    }
}
