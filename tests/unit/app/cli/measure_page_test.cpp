#include "app/cli/measure/page/axis.h"
#include "app/cli/measure/page/figures.h"
#include "app/cli/measure/page/page.h"
#include "tests/unit/app/cli/measured_runs.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include <set>

namespace lambent::cli {
namespace {

using tests::made_up_run;

std::string page_of(const Measurement& run, const std::optional<Comparison>& comparison) {
    return render_page(run, comparison);
}

// The page is written so that it is XML too: an unclosed or ill-nested element fails.
pugi::xml_document parsed(const std::string& page) {
    pugi::xml_document document;
    const auto result = document.load_string(
        page.c_str(), pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata
    );
    INFO(result.description() << " at " << page.substr(result.offset, 80));
    REQUIRE(result);
    return document;
}

std::size_t count(const pugi::xml_document& page, const char* path) {
    return page.select_nodes(path).size();
}

TEST_CASE("The page is well-formed and needs nothing beside itself", "[app][measure][page]") {
    const Measurement run = made_up_run(1, 1);
    const std::string text = page_of(run, compare(made_up_run(1.2, 5), run));
    const auto page = parsed(text);
    CHECK(count(page, "//script") == 0);
    CHECK(count(page, "//link") == 0);
    CHECK(count(page, "//img") == 0);
    CHECK(text.find("http") == std::string::npos);
    CHECK(text.find("url(") == std::string::npos);
    CHECK(text.find("{{") == std::string::npos);
    CHECK(text.find("nan") == std::string::npos);
}

TEST_CASE(
    "The page has a drawing for each start, spread and figure of size", "[app][measure][page]"
) {
    const auto page = parsed(page_of(made_up_run(1, 1), std::nullopt));
    CHECK(count(page, "//section[h2/@id='where']//svg") == 4);
    CHECK(count(page, "//section[h2/@id='spread']//svg") == 2);
    CHECK(count(page, "//section[h2/@id='tuning']//svg") == 4);
    CHECK(count(page, "//section[h2/@id='numbers']//table") == 4);
    CHECK(count(page, "//section[h2/@id='beside']") == 0);
    CHECK(count(page, "//svg[@role='img'][title][@aria-label]") == count(page, "//svg"));
    CHECK(count(page, "//details[@open]") == 1);
}

TEST_CASE("The page of one size has no picture of sizes", "[app][measure][page]") {
    Measurement run = made_up_run(1, 1);
    run.sizes.pop_back();
    CHECK(count(parsed(page_of(run, std::nullopt)), "//section[h2/@id='tuning']") == 0);
}

TEST_CASE("The page escapes what users named", "[app][measure][page]") {
    const std::string text = page_of(made_up_run(1, 1), std::nullopt);
    CHECK(
        std::string(parsed(text).select_node("//h1").node().text().get()) == "hello <&> \"world\""
    );
    CHECK(text.find("hello <&>") == std::string::npos);
}

TEST_CASE("The page has the verdicts of the comparison", "[app][measure][page]") {
    const Measurement run = made_up_run(1.3, 9);
    const auto page = parsed(page_of(run, compare(made_up_run(1, 1), run)));
    CHECK(count(page, "//section[h2/@id='beside']//td[contains(@class,'slower')]") > 4);
    const auto rows = compare(made_up_run(1, 1), run).rows.size();
    CHECK(count(page, "//section[h2/@id='beside']//tbody/tr") == rows);
}

TEST_CASE("The page says what was dropped and remarked", "[app][measure][page]") {
    Measurement run = made_up_run(1, 1);
    run.dropped.push_back({"package", "/packages/1", 4'000, 4'000, 0});
    run.remarks.emplace_back("There were no stems.");
    const std::string text = page_of(run, std::nullopt);
    CHECK(count(parsed(text), "//section[h2/@id='what']//tbody/tr") == 1);
    CHECK(text.find("There were no stems.") != std::string::npos);
}

TEST_CASE("A page of a single call is drawn", "[app][measure][page]") {
    Measurement run = made_up_run(1, 1);
    run.sizes.resize(1);
    run.sizes.front().samples = {tests::made_up(StartKind::kWarm, 1, 1, 1)};
    const std::string text = page_of(run, std::nullopt);
    parsed(text);
    CHECK(text.find("nan") == std::string::npos);
    CHECK(text.find("inf") == std::string::npos);
}

TEST_CASE("Bars of a waterfall begin where the one before ended", "[app][measure][page]") {
    const Chart chart = waterfall_chart(tests::made_up(StartKind::kBoot, 40, 1, 1));
    REQUIRE(chart.boxes.size() == 9);  // eight phases and the caller
    for (std::size_t i = 1; i < 8; ++i) {
        const Chart::Box& before = chart.boxes[i - 1];
        CHECK(chart.boxes[i].x <= before.x + before.width + 0.01);
        CHECK(chart.boxes[i].x >= before.x);
    }
    CHECK(chart.boxes.back().look == "client");
    for (const Chart::Box& box : chart.boxes) {
        CHECK(box.x + box.width <= chart.width);
    }
}

TEST_CASE("An axis places round ticks between its ends", "[app][measure][page]") {
    const Axis linear(Axis::Kind::kLinear, 0, 33, 100, 200);
    CHECK(linear.ticks() == std::vector<double>{0, 10, 20, 30});
    CHECK(linear.at(16.5) == Approx(150));
    const Axis log(Axis::Kind::kLogarithmic, 90, 2'100, 0, 100);
    CHECK(log.ticks() == std::vector<double>{100, 200, 500, 1'000, 2'000});
    CHECK(log.at(90) == Approx(0));
    CHECK(log.at(2'100) == Approx(100));
    CHECK(log.at(1) == Approx(0));
    CHECK(Axis(Axis::Kind::kLinear, 0, 0, 0, 10).at(0) == Approx(0));
    CHECK(round_up(0.3) == Approx(0.5));
    CHECK(round_up(2.2) == Approx(2.5));
    CHECK(round_up(1) == Approx(1));
    CHECK(round_up(0) == Approx(1));
}

}  // namespace
}  // namespace lambent::cli
