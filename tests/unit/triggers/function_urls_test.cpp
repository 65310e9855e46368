#include "triggers/http/function_urls.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <memory>

using namespace lambent;
using namespace lambent::triggers;
using namespace std::chrono_literals;
using lambent::tests::ManualClock;
using lambent::tests::run_flow;
using lambent::tests::TempDir;

namespace {

struct UrlFixture {
    UrlFixture() { open(); }

    // As after a start of the daemon.
    void open() {
        urls.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(FunctionUrls::migrations()).value();
        urls = std::make_unique<FunctionUrls>(*driver, clock);
        FunctionUrls::Exists exists = [this](const FunctionUrl& url) {
            return url.function != gone;
        };
        run_flow(loop, urls->load(std::move(exists))).value();
    }
    Result<FunctionUrl> create(const std::string& function, const std::string& alias = "") {
        FunctionUrl url;
        url.function = function;
        url.alias = alias;
        return run_flow(loop, urls->create(std::move(url)));
    }

    TempDir directory;
    boost::asio::io_context loop;
    ManualClock clock;
    std::string gone;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<FunctionUrls> urls;
};

}  // namespace

TEST_CASE("FunctionUrls gives each function and alias one address", "[triggers][FunctionUrls]") {
    UrlFixture fixture;
    const FunctionUrl first = fixture.create("resize").value();
    const FunctionUrl second = fixture.create("resize", "live").value();
    CHECK(first.id.size() == 32);
    CHECK(first.id != second.id);
    CHECK(fixture.create("resize", "live").error().code() == Code::kConflict);
    CHECK(fixture.urls->find(second.id)->alias == "live");
    CHECK(fixture.urls->find("resize", "")->id == first.id);
    CHECK_FALSE(fixture.urls->find("0123"));
    CHECK(fixture.urls->list("resize").size() == 2);
    CHECK(fixture.urls->list("resiz").empty());
}

TEST_CASE("FunctionUrls keeps all that was acknowledged", "[triggers][FunctionUrls]") {
    UrlFixture fixture;
    FunctionUrl url = fixture.create("resize").value();
    const std::string id = url.id;
    url.auth = FunctionUrl::Auth::kNone;
    url.mode = FunctionUrl::Mode::kStreamed;
    url.cors.emplace();
    url.cors->allow_origins = {"https://a.example"};
    url.cors->max_age_s = 60;
    fixture.clock.advance(5s);
    run_flow(fixture.loop, fixture.urls->replace(url)).value();
    fixture.open();
    const FunctionUrl found = fixture.urls->find(id).value();
    CHECK(found.function == "resize");
    CHECK(found.auth == FunctionUrl::Auth::kNone);
    CHECK(found.mode == FunctionUrl::Mode::kStreamed);
    CHECK(found.cors->allow_origins == std::vector<std::string>{"https://a.example"});
    CHECK(found.cors->max_age_s == 60);
    CHECK(found.modified_ms - found.created_ms == 5'000);
}

TEST_CASE("FunctionUrls forgets what was removed", "[triggers][FunctionUrls]") {
    UrlFixture fixture;
    const FunctionUrl url = fixture.create("resize", "live").value();
    fixture.create("resize");
    fixture.create("other");
    run_flow(fixture.loop, fixture.urls->remove("resize", "live")).value();
    CHECK_FALSE(fixture.urls->find(url.id));
    CHECK(run_flow(fixture.loop, fixture.urls->replace(url)).error().code() == Code::kNotFound);
    run_flow(fixture.loop, fixture.urls->forget("resize")).value();
    CHECK(fixture.urls->list("resize").empty());
    fixture.open();
    CHECK(fixture.urls->list("resize").empty());
    CHECK(fixture.urls->list("other").size() == 1);
}

TEST_CASE("FunctionUrls drops what belongs to no function any more", "[triggers][FunctionUrls]") {
    UrlFixture fixture;
    fixture.create("resize");
    fixture.create("other");
    fixture.gone = "resize";
    fixture.open();
    CHECK(fixture.urls->list("resize").empty());
    fixture.gone = "";
    fixture.open();
    CHECK(fixture.urls->list("resize").empty());
    CHECK(fixture.urls->list("other").size() == 1);
}
