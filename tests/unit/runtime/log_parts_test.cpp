#include "runtime/logs/log_batch.h"
#include "runtime/logs/log_pattern.h"
#include "runtime/logs/log_tail.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::runtime;

namespace {

bool matches(std::string_view pattern, std::string_view message) {
    return LogPattern::parse(pattern).value().matches(message);
}

}  // namespace

TEST_CASE("LogBatch gives back what was added", "[logs][LogBatch]") {
    LogBatch batch;
    const std::string binary("\0\xff\n", 3);
    batch.add(1'000, 41, "first");
    batch.add(1'500, 45, "");
    batch.add(900, 46, binary);  // the clock went back
    CHECK(batch.lines() == 3);
    CHECK(batch.first_sequence() == 41);
    CHECK(batch.last_sequence() == 46);
    CHECK(batch.first_ms() == 900);
    CHECK(batch.last_ms() == 1'500);
    std::vector<PackedLine> lines;
    REQUIRE(unpack_lines(batch.packed(), batch.origin_ms(), 41, [&](const PackedLine& line) {
                lines.push_back(line);
                return true;
            }).has_value());
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].text == "first");
    CHECK(lines[1].time_ms == 1'500);
    CHECK(lines[1].sequence == 45);
    CHECK(lines[2].time_ms == 900);
    CHECK(lines[2].text == binary);
}

TEST_CASE("LogBatch that is damaged is an error", "[logs][LogBatch]") {
    LogBatch batch;
    batch.add(1, 1, "a line");
    const auto ignore = [](const PackedLine&) {
        return true;
    };
    for (std::size_t size = 1; size < batch.bytes(); ++size) {
        const Result<void> read = unpack_lines(batch.packed().substr(0, size), 1, 1, ignore);
        REQUIRE(read.has_error());
        CHECK(read.error().code() == Code::kCorrupted);
    }
}

TEST_CASE("LogBatch stops when the visitor has enough", "[logs][LogBatch]") {
    LogBatch batch;
    batch.add(1, 1, "one");
    batch.add(1, 2, "two");
    int seen = 0;
    REQUIRE(unpack_lines(batch.packed(), 1, 1, [&](const PackedLine&) {
                ++seen;
                return false;
            }).has_value());
    CHECK(seen == 1);
}

TEST_CASE("LogPattern wants every plain term", "[logs][LogPattern]") {
    CHECK(matches("", "anything"));
    CHECK(matches("   ", "anything"));
    CHECK(matches("ERROR", "[ERROR] no"));
    CHECK_FALSE(matches("ERROR", "[error] no"));
    CHECK(matches("no ERROR", "[ERROR] no"));
    CHECK_FALSE(matches("ERROR yes", "[ERROR] no"));
}

TEST_CASE("LogPattern takes phrases as they are", "[logs][LogPattern]") {
    CHECK(matches("\"exit status\"", "with exit status 1"));
    CHECK_FALSE(matches("\"exit status\"", "status: exit"));
    CHECK(matches("\"a \\\"b\\\"\"", "say a \"b\" now"));
    CHECK(matches("\"-dash\"", "a -dash"));
}

TEST_CASE("LogPattern leaves out and chooses", "[logs][LogPattern]") {
    CHECK(matches("ERROR -Exiting", "ERROR: staying"));
    CHECK_FALSE(matches("ERROR -Exiting", "ERROR: Exiting"));
    CHECK_FALSE(matches("-\"not this\"", "but not this"));
    CHECK(matches("?ERROR ?WARN", "WARN: it"));
    CHECK(matches("?ERROR ?WARN", "ERROR: it"));
    CHECK_FALSE(matches("?ERROR ?WARN", "INFO: it"));
    CHECK(matches("-", "a - b"));
    CHECK_FALSE(matches("?", "no question"));
}

TEST_CASE("LogPattern refuses what it would misread", "[logs][LogPattern]") {
    for (const char* pattern : {"{ $.level = \"x\" }", "[ip, user]", "%ERR.*%", "\"open"}) {
        CAPTURE(pattern);
        const auto parsed = LogPattern::parse(pattern);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code() == Code::kInvalidArgument);
        CHECK(parsed.error().subject() == "pattern");
    }
}

TEST_CASE("LogTail keeps the end", "[logs][LogTail]") {
    LogTail tail;
    tail.add("before");
    tail.begin(10);
    for (int i = 0; i < 100; ++i) {
        tail.add("line " + std::to_string(i));
    }
    CHECK(tail.take() == "8\nline 99\n");
    tail.add("after");
    CHECK(tail.take().empty());
    tail.begin(5);
    tail.add("abcdefghij");
    CHECK(tail.take() == "ghij\n");
}
