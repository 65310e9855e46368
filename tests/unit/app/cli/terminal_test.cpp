#include "app/cli/terminal/format.h"
#include "app/cli/terminal/percentiles.h"
#include "app/cli/terminal/style.h"
#include "app/cli/terminal/table.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

const Style kPlainStyle(Colour::kOff, Glyphs::kUnicode, 100);
const Style kAsciiStyle(Colour::kOff, Glyphs::kAscii, 100);
const Style kColourStyle(Colour::kOn, Glyphs::kUnicode, 100);

TEST_CASE("A time is shown in the unit that a person reads", "[app][format]") {
    CHECK(format_us(0, kPlainStyle) == "0 µs");
    CHECK(format_us(999, kPlainStyle) == "999 µs");
    CHECK(format_us(999, kAsciiStyle) == "999 us");
    CHECK(format_us(1'000, kPlainStyle) == "1.00 ms");
    CHECK(format_us(12'345, kPlainStyle) == "12.35 ms");
    CHECK(format_us(99'994, kPlainStyle) == "99.99 ms");
    CHECK(format_us(99'996, kPlainStyle) == "100.0 ms");
    CHECK(format_us(312'640, kPlainStyle) == "312.6 ms");
    CHECK(format_us(2'041'000, kPlainStyle) == "2.04 s");
}

TEST_CASE("Sizes, memory, costs, ages and shares have their own forms", "[app][format]") {
    CHECK(format_bytes(640) == "640 B");
    CHECK(format_bytes(78'300) == "78.3 kB");
    CHECK(format_bytes(6'500'000) == "6.5 MB");
    CHECK(lambda_megabytes(0) == 0);
    CHECK(lambda_megabytes(1) == 1);
    CHECK(lambda_megabytes(64ULL << 20) == 64);
    CHECK(lambda_megabytes((64ULL << 20) + 1) == 65);
    CHECK(format_cost(0.0000021) == "$0.0000021000");
    CHECK(format_cost(1.5) == "$1.500000");
    CHECK(format_age(59'999) == "59s");
    CHECK(format_age(60'000) == "1m");
    CHECK(format_age(7'200'000) == "2h");
    CHECK(format_age(172'800'000) == "2d");
    CHECK(format_percent(0) == "0 %");
    CHECK(format_percent(0.004) == "0.4 %");
    CHECK(format_percent(0.0996) == "10 %");
    CHECK(count_of(1, "thumbnail") == "1 thumbnail");
    CHECK(count_of(12, "thumbnail") == "12 thumbnails");
}

TEST_CASE("Percentiles are values that were measured, by nearest rank", "[app][percentiles]") {
    CHECK(percentiles_of({}).p99 == 0);
    CHECK(percentiles_of({7}).p50 == 7);
    CHECK(percentiles_of({7}).p99 == 7);
    const Percentiles four = percentiles_of({40, 10, 30, 20});
    CHECK(four.p50 == 20);
    CHECK(four.p90 == 40);
    std::vector<std::int64_t> hundred;
    for (std::int64_t i = 100; i > 0; --i) {
        hundred.push_back(i);
    }
    const Percentiles many = percentiles_of(hundred);
    CHECK(many.p50 == 50);
    CHECK(many.p90 == 90);
    CHECK(many.p99 == 99);
}

TEST_CASE("Width counts code points and no colour sequences", "[app][Style]") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("µs") == 2);
    CHECK(display_width(kColourStyle.paint(Paint::kRed, "déjà")) == 4);
    CHECK(pad("µ", 3, Align::kRight) == "  µ");
    CHECK(pad("long", 2, Align::kLeft) == "long");
    CHECK(shorten("äöü", 2) == "äö");
    CHECK(shorten("ab", 2) == "ab");
}

TEST_CASE("Paint is text without colours and a closed sequence with them", "[app][Style]") {
    CHECK(kPlainStyle.paint(Paint::kRed, "x") == "x");
    CHECK(kColourStyle.paint(Paint::kRed, "x") == "\x1b[31mx\x1b[0m");
    CHECK(kColourStyle.paint(Paint::kPlain, "x") == "x");
    CHECK(kAsciiStyle.pick("—", "--") == "--");
}

TEST_CASE(
    "Table aligns columns to their widest cell and leaves no blanks at line ends", "[app][Table]"
) {
    Table table({{"NAME", Align::kLeft}, {"MS", Align::kRight}, {"NOTE", Align::kLeft}});
    table.add_row({"resize", "7", ""});
    table.add_row({"é", "1200", "slow"});
    CHECK(
        table.render(kPlainStyle) ==
        "NAME      MS  NOTE\n"
        "resize     7\n"
        "é       1200  slow\n"
    );
    CHECK(table.render(kPlainStyle, 2).starts_with("  NAME"));
}

TEST_CASE("Table fills cells that a row lacks", "[app][Table]") {
    Table table({{"A", Align::kLeft}, {"B", Align::kLeft}});
    CHECK(table.empty());
    table.add_row({"1"});
    CHECK(table.render(kPlainStyle) == "A  B\n1\n");
}

}  // namespace
}  // namespace lambent::cli
