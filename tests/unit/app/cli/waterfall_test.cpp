#include "app/cli/terminal/waterfall.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

// queue, admission, claim, mounts, boot, extensions, init, handler, response, freeze
constexpr PhaseTimes kCold{400, 12, 900, 1'688, 20'000, 0, 37'000, 39'800, 120, 80};
constexpr PhaseTimes kWarm{0, 9, 0, 0, 0, 0, 0, 4'911, 60, 20};

TEST_CASE("Waterfall draws each phase where the one before it ended", "[app][Waterfall]") {
    const Style style(Colour::kOff, Glyphs::kUnicode, 79);
    CHECK(
        render_waterfall(kCold, EmptyPhases::kShow, style) ==
        R"(  queue wait        ▏                                            400 µs   0.4 %
  admission         ▏                                             12 µs   0.0 %
  cell claim        ▏                                            900 µs   0.9 %
  mount and limits   ▏                                          1.69 ms   1.7 %
  runtime boot       ▒▒▒▒▒▒▒▒                                  20.00 ms    20 %
  extension init                                                      –
  function init              ███████████████                   37.00 ms    37 %
  handler                                   ████████████████   39.80 ms    40 %
  response transfer                                        ▏     120 µs   0.1 %
  freeze                                                   ▏      80 µs   0.1 %
  total                                                        100.0 ms
)"
    );
}

TEST_CASE("Waterfall of a warm invocation leaves out what did not happen", "[app][Waterfall]") {
    const Style style(Colour::kOff, Glyphs::kAscii, 79);
    CHECK(
        render_waterfall(kWarm, EmptyPhases::kHide, style) ==
        R"(  admission         |                                              9 us   0.2 %
  handler           #######################################     4.91 ms    98 %
  response transfer                                        |      60 us   1.2 %
  freeze                                                   |      20 us   0.4 %
  total                                                         5.00 ms
)"
    );
}

TEST_CASE("Waterfall of nothing is all dashes and does not divide by zero", "[app][Waterfall]") {
    const Style style(Colour::kOff, Glyphs::kAscii, 79);
    const std::string drawing = render_waterfall(PhaseTimes{}, EmptyPhases::kShow, style);
    CHECK(drawing.find("total") != std::string::npos);
    CHECK(drawing.find('#') == std::string::npos);
    CHECK(drawing.find("0 us") != std::string::npos);
}

TEST_CASE("Waterfall paints bars by who spent the time, at the same places", "[app][Waterfall]") {
    const Style plain(Colour::kOff, Glyphs::kUnicode, 90);
    const Style coloured(Colour::kOn, Glyphs::kUnicode, 90);
    std::string drawing = render_waterfall(kCold, EmptyPhases::kShow, coloured);
    CHECK(drawing.find("\x1b[32m█") != std::string::npos);  // the function's own
    CHECK(drawing.find("\x1b[33m▒") != std::string::npos);  // the language's
    std::string stripped;
    for (std::size_t i = 0; i < drawing.size(); ++i) {
        if (drawing[i] == '\x1b') {
            i = drawing.find('m', i);
        } else {
            stripped += drawing[i];
        }
    }
    CHECK(stripped == render_waterfall(kCold, EmptyPhases::kShow, plain));
}

TEST_CASE("No line of a waterfall is wider than the terminal", "[app][Waterfall]") {
    for (const int columns : {60, 79, 100}) {
        const Style style(Colour::kOff, Glyphs::kUnicode, columns);
        std::string drawing = render_waterfall(kCold, EmptyPhases::kShow, style, 4);
        for (std::size_t at = 0; at < drawing.size();) {
            const auto end = drawing.find('\n', at);
            CHECK(display_width(drawing.substr(at, end - at)) <= columns);
            at = end + 1;
        }
    }
}

TEST_CASE("Totals of phases are known by owner", "[app][Record]") {
    CHECK(total_of(kCold) == 100'000);
    CHECK(total_of(kCold, PhaseOwner::kRuntime) == 20'000);
    CHECK(total_of(kCold, PhaseOwner::kFunction) == 76'800);
    CHECK(total_of(kCold, PhaseOwner::kPlatform) == 3'200);
}

}  // namespace
}  // namespace lambent::cli
