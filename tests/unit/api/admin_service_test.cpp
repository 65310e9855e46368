#include "api/admin/admin_service.h"

#include "tests/unit/scheduler/scheduler_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

struct NoBody final : http::BodyReader {
    Task<Result<std::string>> read_some() override { co_return std::string(); }
    std::optional<std::uint64_t> content_length() const override { return 0; }
};

enum class ClockKind { kStepped, kMachine };

struct Door : tests::SchedulerFixture {
    explicit Door(ClockKind kind = ClockKind::kStepped)
        : stepped(loop.get_executor(), from_unix_ms(1'767'225'600'000)),
          service(*subject, records, tools(), control(kind)) {}

    api::admin::ClockControl control(ClockKind kind) {
        return kind == ClockKind::kStepped ? api::admin::ClockControl(stepped, &stepped)
                                           : api::admin::ClockControl(machine, nullptr);
    }

    // Knows "hello" alone.
    static api::admin::StartTools tools() {
        const Error unknown(Code::kNotFound, "function", "Function not found");
        api::admin::StartTools tools;
        using Stems = api::admin::StartTools::Stems;
        tools.stems = [unknown](const std::string& function) {
            return function == "hello" ? Result<Stems>(Stems{3, 4}) : unknown;
        };
        tools.change_page_cache = [](std::string function, CacheWish wish) {
            return change(std::move(function), wish);
        };
        return tools;
    }
    static Task<Result<std::vector<api::admin::StartTools::CachedPart>>> change(
        std::string function, CacheWish wish
    ) {
        if (function != "hello") {
            co_return Error(Code::kNotFound, "function", "Function not found");
        }
        std::vector<api::admin::StartTools::CachedPart> parts(1);
        const std::uint64_t after = wish == CacheWish::kDrop ? 1'024 : 4'096;
        parts[0] = {"package", "/packages/1", {4'096, 4'096, after}};
        co_return parts;
    }

    http::Response ask(
        const std::string& method,
        const std::string& path,
        const std::string& query = "",
        bool is_root = true
    ) {
        api::Request request;
        request.head.method = method;
        request.path = path;
        request.query = http::parse_query(query).value();
        request.principal.is_root = is_root;
        NoBody body;
        return tests::run_flow(loop, service.serve(std::move(request), body));
    }
    static json body_of(const http::Response& response) {
        return json::parse(std::get<std::string>(response.body));
    }

    SystemClock machine;
    SteppedClock stepped;
    api::admin::AdminService service;
};

}  // namespace

TEST_CASE("AdminService tells everybody that it is well", "[api][AdminService]") {
    Door door;
    const http::Response response = door.ask("GET", "/_lambent/health", "", false);
    CHECK(response.status == 200);
    CHECK(Door::body_of(response) == json{{"status", "ok"}, {"version", "0.1.0"}});
}

TEST_CASE("AdminService shows the environments", "[api][AdminService]") {
    Door door;
    door.deploy("hello", 256);
    door.deploy("slow");
    door.call("hello");
    door.pass(1s);
    door.world.hold_invocations = true;
    door.call("slow");
    door.world.hold_boots = true;
    door.call("slow");

    const json list = Door::body_of(door.ask("GET", "/_lambent/environments")).at("environments");
    REQUIRE(list.size() == 3);
    const json idle = {
        {"function", "hello"},
        {"version", "$LATEST"},
        {"revisionId", "hello-1"},
        {"state", "idle"},
        {"memoryMb", 256},
        {"ageMs", 1'000 + 53 + 2 + 53},
        {"idleMs", 1'000 + 53},
        {"invocations", 1},
        {"logStream", door.logs.streams_opened.at(0)->name()},
        {"frozen", true},
        {"provisioned", false},
    };
    CHECK(list.at(0) == idle);
    CHECK(list.at(1).at("state") == "busy");
    CHECK(list.at(1).at("idleMs") == 0);
    CHECK(list.at(2).at("state") == "starting");
}

TEST_CASE("AdminService shows records with all phases", "[api][AdminService]") {
    Door door;
    door.deploy("hello");
    door.deploy("other");
    door.call("hello");
    door.call("other");
    door.call("hello");

    const json all = Door::body_of(door.ask("GET", "/_lambent/records")).at("records");
    REQUIRE(all.size() == 3);
    CHECK(all.at(0).at("requestId") == "r3");
    CHECK(all.at(0).at("source") == "warm");
    const json& first = all.at(2);
    CHECK(first.at("requestId") == "r1");
    CHECK(first.at("function") == "hello");
    CHECK(first.at("revisionId") == "hello-1");
    CHECK(first.at("source") == "boot");
    CHECK(first.at("outcome") == "success");
    CHECK(first.at("errorType") == "");
    CHECK(first.at("durationUs") == 2'000);
    CHECK(first.at("initDurationUs") == 50'000);
    CHECK(first.at("billedMs") == 52);
    CHECK(first.at("memoryMb") == 128);
    CHECK(first.at("memoryPeakBytes") == 30 << 20);
    CHECK(first.at("gbSeconds").get<double>() == Approx(0.0065));
    CHECK(first.at("costUsd").get<double>() == Approx(0.0065 * 0.0000166667 + 0.0000002));
    const json phases = {
        {"queueWait", 0},
        {"admission", 0},
        {"cellClaim", 1'000},
        {"mountAndLimits", 2'000},
        {"runtimeBoot", 20'000},
        {"extensionInit", 0},
        {"functionInit", 30'000},
        {"handler", 1'900},
        {"responseTransfer", 100},
        {"freeze", 0},
    };
    CHECK(first.at("phasesUs") == phases);

    SECTION("of one function") {
        const json some =
            Door::body_of(door.ask("GET", "/_lambent/records", "function=hello&limit=1"));
        REQUIRE(some.at("records").size() == 1);
        CHECK(some.at("records").at(0).at("requestId") == "r3");
    }
    SECTION("of one request") {
        const json one = Door::body_of(door.ask("GET", "/_lambent/records", "requestId=r2"));
        REQUIRE(one.at("records").size() == 1);
        CHECK(one.at("records").at(0).at("function") == "other");
    }
    SECTION("but not of a limit that makes no sense") {
        for (const char* limit : {"limit=0", "limit=-1", "limit=1x", "limit=%20"}) {
            CHECK(door.ask("GET", "/_lambent/records", limit).status == 400);
        }
    }
}

TEST_CASE("AdminService closes idle environments on demand", "[api][AdminService]") {
    Door door;
    door.deploy("hello");
    door.call("hello");
    const http::Response response = door.ask("POST", "/_lambent/functions/hello/evict");
    CHECK(Door::body_of(response) == json{{"evicted", 1}});
    door.poll();
    CHECK(door.world.alive == 0);
}

TEST_CASE("AdminService says how many stems could become a function", "[api][AdminService]") {
    Door door;
    CHECK(
        Door::body_of(door.ask("GET", "/_lambent/functions/hello/stems")) ==
        json{{"ready", 3}, {"wanted", 4}}
    );
    CHECK(door.ask("GET", "/_lambent/functions/nobody/stems").status == 404);
}

TEST_CASE(
    "AdminService drops and fills the page cache of a function's files", "[api][AdminService]"
) {
    Door door;
    const auto path = [](const char* function) {
        return std::string("/_lambent/functions/") + function + "/drop-page-cache";
    };
    const json part = Door::body_of(door.ask("POST", path("hello"))).at("parts").at(0);
    CHECK(part.at("part") == "package");
    CHECK(part.at("path") == "/packages/1");
    CHECK(part.at("bytes") == 4'096);
    CHECK(part.at("cachedBefore") == 4'096);
    CHECK(part.at("cachedAfter") == 1'024);
    const auto filled = door.ask("POST", "/_lambent/functions/hello/fill-page-cache");
    CHECK(Door::body_of(filled).at("parts").at(0).at("cachedAfter") == 4'096);
    CHECK(door.ask("POST", path("nobody")).status == 404);
    CHECK(door.ask("GET", path("hello")).status == 404);
    CHECK(door.ask("POST", path("hello"), "", false).status == 403);
}

TEST_CASE("AdminService refuses what it does not offer", "[api][AdminService]") {
    Door door;
    CHECK(door.ask("GET", "/_lambent/nothing").status == 404);
    CHECK(door.ask("POST", "/_lambent/functions//evict").status == 404);
    CHECK(door.ask("POST", "/_lambent/health").status == 404);
    CHECK(door.ask("DELETE", "/_lambent/records").status == 404);
    CHECK(door.ask("GET", "/_lambent/functions/hello/evict").status == 404);
}

TEST_CASE("AdminService is for the root key", "[api][AdminService]") {
    Door door;
    for (const char* path : {"/_lambent/environments", "/_lambent/records", "/_lambent/nothing"}) {
        CHECK(door.ask("GET", path, "", false).status == 403);
    }
    CHECK(door.ask("POST", "/_lambent/functions/hello/evict", "", false).status == 403);
}

TEST_CASE("AdminService moves the clock of triggers on", "[api][AdminService]") {
    Door door;
    const json before = Door::body_of(door.ask("GET", "/_lambent/clock"));
    CHECK(before.at("clock") == "manual");
    CHECK(before.at("now") == "2026-01-01T00:00:00.000Z");
    const http::Response moved = door.ask("POST", "/_lambent/clock/advance", "ms=180000");
    CHECK(moved.status == 200);
    CHECK(Door::body_of(moved).at("now") == "2026-01-01T00:03:00.000Z");
    for (const char* query : {"", "ms=", "ms=-1", "ms=3m", "ms=99999999999999"}) {
        CHECK(door.ask("POST", "/_lambent/clock/advance", query).status == 400);
    }
    CHECK(door.ask("POST", "/_lambent/clock/advance", "ms=1", false).status == 403);
}

TEST_CASE("AdminService does not move the machine's clock", "[api][AdminService]") {
    Door door(ClockKind::kMachine);
    CHECK(Door::body_of(door.ask("GET", "/_lambent/clock")).at("clock") == "system");
    CHECK(door.ask("POST", "/_lambent/clock/advance", "ms=1").status == 409);
}
