// Environments over a scripted cell: the test is the guest, the launcher and the kernel.
#include "base/failpoint.h"
#include "tests/support/environment_room.h"
#include "tests/support/fake_sandbox.h"
#include "tests/support/guest_source.h"
#include "tests/support/loopback_http.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <optional>
#include <string_view>

using namespace lambent;
using namespace lambent::tests;
using namespace std::chrono_literals;
using runtime::OutcomeKind;
using sandbox::ExitReport;
using sandbox::ExitVerdict;

namespace {

const std::string kGetNext = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";

std::string response_to(const std::string& id, const std::string& body) {
    return "POST /2018-06-01/runtime/invocation/" + id +
           "/response HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

// A room whose guest answers every event with "1" until it is told to be silent.
struct ScriptedRoom : FakeCells, EnvironmentRoom {
    explicit ScriptedRoom(const std::string& runtime = "provided.al2023")
        : FakeCells(FakeGuest::kScripted), EnvironmentRoom(fake_loop, fake_sandbox) {
        function.name = "tested";
        function.runtime = runtime;
        function.handler = "app.handler";
        function.memory_mb = 128;
        package(ZipBuilder().file("bootstrap", "x", 0755).file("app.py", ""));
    }
    ~ScriptedRoom() { run_flow(loop, scope.cancel_and_join()); }
    ScriptedRoom(const ScriptedRoom&) = delete;
    ScriptedRoom& operator=(const ScriptedRoom&) = delete;

    // Boots, with a guest as soon as the cell is there.
    runtime::InitOutcome boot() {
        scope.spawn("guest", serve(*this));
        return start();
    }
    // Boots, and calls `then` when the cell is there.
    template <class Action>
    runtime::InitOutcome boot_and(Action then) {
        scope.spawn("script", run_when_launched(*this, std::function<void()>(then)));
        return start();
    }
    // Invokes, and calls `then` when the guest has the event and does not answer.
    template <class Action>
    Result<runtime::InvokeOutcome> invoke_and(Action then) {
        silent = true;
        on_event = then;
        auto call = request("{}");
        return run_flow(loop, environment->invoke(std::move(call)));
    }
    static Task<> pause(boost::asio::io_context& on) {
        boost::asio::steady_timer timer(on, 1ms);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    static Task<> run_when_launched(ScriptedRoom& room, std::function<void()> then) {
        while (room.fake_sandbox.cells.empty()) {
            co_await pause(room.loop);
        }
        then();
    }
    static Task<> serve(ScriptedRoom& room) {
        while (room.fake_sandbox.cells.empty()) {
            co_await pause(room.loop);
        }
        RawClient client(room.loop.get_executor());
        co_await client.connect(room.cell().ports.at(9001));
        for (;;) {
            co_await client.send(kGetNext);
            std::string end = "\r\n\r\n";
            const std::string head = co_await client.read_until(std::move(end));
            if (!head.starts_with("HTTP/1.1 200")) {
                co_return;
            }
            co_await client.read_exactly(2);
            if (room.on_event) {
                room.on_event();
            }
            if (room.silent) {
                co_return;
            }
            std::string answer = response_to("request-1", "1");
            co_await client.send(std::move(answer));
            std::string end_of_reply = "OK\"}\n";
            co_await client.read_until(std::move(end_of_reply));
        }
    }

    std::function<void()> on_event;
    bool silent = false;
    TaskScope scope{loop.get_executor(), Logger::silent()};
};

ExitReport ended_by(ExitVerdict verdict) {
    ExitReport report;
    report.verdict = verdict;
    report.memory_peak_bytes = 99 * runtime::kMebibyte;
    return report;
}

}  // namespace

TEST_CASE("A factory gives a cell its share of CPU once init is over", "[runtime][Environment]") {
    ScriptedRoom room;
    const auto init = room.boot();
    REQUIRE(init.kind == OutcomeKind::kSuccess);
    CHECK(room.fake_sandbox.specs.at(0).cpu.micro_cores == 0);
    CHECK(room.cell().calls == std::vector<std::string>{"cpu 72357"});
    CHECK(init.memory_peak_bytes == 40 * runtime::kMebibyte);
}

TEST_CASE("A factory makes phases of a launch's times", "[runtime][Environment]") {
    ScriptedRoom room;
    room.scope.spawn("guest", ScriptedRoom::serve(room));
    room.fake_sandbox.on_launch = [](FakeCellState& cell) {
        const auto walled = std::chrono::steady_clock::now();
        cell.timings.requested = walled - 30ms;
        cell.timings.claimed = walled - 20ms;
        cell.timings.walled = walled;
        cell.timings.executed = walled;
    };
    const auto init = room.start();
    CHECK(init.cell_claim == 10ms);
    CHECK(init.mount_and_limits == 20ms);
    CHECK(init.runtime_boot > 0us);
    CHECK(init.function_init > 0us);
}

TEST_CASE("An environment is thawed when it was frozen, and only then", "[runtime][Environment]") {
    ScriptedRoom room;
    room.boot();
    room.cell().calls.clear();
    room.invoke("{}");
    CHECK(room.cell().calls.empty());
    room.environment->freeze();
    room.environment->freeze();
    CHECK(room.cell().calls == std::vector<std::string>{"freeze"});
    CHECK(room.invoke("{}").payload == "1");
    CHECK(room.cell().calls == std::vector<std::string>{"freeze", "thaw"});
}

TEST_CASE("An environment that cannot be frozen is given up", "[runtime][Environment]") {
    ScriptedRoom room;
    room.boot();
    room.cell().freeze_error = Error(Code::kInternal, "cannot");
    room.environment->freeze();
    CHECK_FALSE(room.environment->alive());
    CHECK(room.cell().killed);
    auto call = EnvironmentRoom::request("{}");
    const auto outcome = run_flow(room.loop, room.environment->invoke(std::move(call)));
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().code() == Code::kUnavailable);
}

TEST_CASE("An environment whose cell dies while idle is not alive", "[runtime][Environment]") {
    ScriptedRoom room;
    room.boot();
    CHECK(room.environment->alive());
    room.cell().end(ended_by(ExitVerdict::kSignalled));
    run_flow(room.loop, ScriptedRoom::pause(room.loop));
    CHECK_FALSE(room.environment->alive());
    CHECK(room.environment->freeze() == 0us);
}

TEST_CASE("A death in the middle of an event is its outcome", "[runtime][Environment]") {
    ScriptedRoom room;
    room.boot();
    const auto outcome = room.invoke_and([&room] {
        room.cell().write("last words");
        room.cell().end(ended_by(ExitVerdict::kOutOfMemory));
    });
    REQUIRE(outcome.has_value());
    CHECK(outcome->kind == OutcomeKind::kOutOfMemory);
    CHECK(outcome->memory_peak_bytes == 99 * runtime::kMebibyte);
    CHECK_FALSE(outcome->reusable);
    CHECK(room.log->lines == std::vector<std::string>{"last words"});
}

TEST_CASE("A cell that the platform loses is the platform's failure", "[runtime][Environment]") {
    ScriptedRoom room;
    room.boot();
    const auto verdict = GENERATE(ExitVerdict::kLost, ExitVerdict::kKilled);
    const auto outcome = room.invoke_and([&room, verdict] { room.cell().end(ended_by(verdict)); });
    REQUIRE(outcome.has_error());
    CHECK(outcome.error().code() == Code::kUnavailable);
}

TEST_CASE(
    "A launch that fails is the platform's failure, unless the function brought the program",
    "[runtime][Environment]"
) {
    SECTION("walls") {
        ScriptedRoom room;
        room.fake_sandbox.refuse_with = Error(Code::kInternal, "mount", "mount: No such thing");
        const auto started = run_flow(room.loop, room.start_flow());
        REQUIRE(started.has_error());
        CHECK(started.error().subject() == "mount");
    }
    SECTION("a managed runtime's interpreter") {
        ScriptedRoom room("python3.11");
        room.fake_sandbox.refuse_with = Error(Code::kInvalidArgument, "exec", "exec: No such file");
        CHECK(run_flow(room.loop, room.start_flow()).has_error());
    }
    SECTION("a bootstrap") {
        ScriptedRoom room;
        room.fake_sandbox.refuse_with =
            Error(Code::kInvalidArgument, "exec", "exec: Permission denied");
        const auto init = room.start();
        CHECK(init.kind == OutcomeKind::kExited);
        CHECK(init.error_type == "Runtime.InvalidEntrypoint");
        CHECK(
            message_in(init.payload) ==
            "RequestId: init-request Error: fork/exec /var/task/bootstrap: permission denied"
        );
        CHECK(room.environment == nullptr);
    }
}

TEST_CASE("A package without a bootstrap is not even launched", "[runtime][Environment]") {
    ScriptedRoom room;
    room.package(ZipBuilder().file("main", "x", 0755));
    const auto init = room.start();
    CHECK(init.error_type == "Runtime.InvalidEntrypoint");
    CHECK(room.fake_sandbox.specs.empty());
}

TEST_CASE("A function whose package is gone cannot start", "[runtime][Environment]") {
    ScriptedRoom room;
    room.function.package_sha256 = std::string(64, '0');
    CHECK(run_flow(room.loop, room.start_flow()).has_error());
}

TEST_CASE("The check of a package takes no time from the init", "[runtime][Environment]") {
    std::promise<void> released;
    std::atomic<bool> held{false};
    const ArmedFailpoints armed([&,
                                 release = released.get_future().share()](std::string_view name) {
        if (held && name == "package.check.begun") {
            release.wait_for(kHangGuard);
        }
    });
    ScriptedRoom room;
    room.package_of_earlier_life(ZipBuilder().file("bootstrap", "y", 0755));
    held = true;
    boost::asio::steady_timer past_limit(room.loop, 2100ms);
    past_limit.async_wait([&](const auto& /*failed*/) { released.set_value(); });
    room.scope.spawn("guest", ScriptedRoom::serve(room));
    CHECK(room.start(2s).kind == OutcomeKind::kSuccess);
    CHECK(past_limit.expiry() < std::chrono::steady_clock::now());
}

TEST_CASE("A runtime that is not the wanted one is noticed in the log", "[runtime][Environment]") {
    ScriptedRoom room("python3.1");
    room.boot();
    REQUIRE(room.log->lines.size() == 1);
    CHECK(room.log->lines.front().starts_with("NOTICE python3.1 runs on the installed Python 3."));
}

TEST_CASE(
    "The platform's door is open for functions that say so, while their cell lives",
    "[runtime][Environment]"
) {
    ScriptedRoom room;
    SECTION("not for others") {
        room.boot();
        CHECK(room.door.opened_for.empty());
        CHECK(room.cell().ports.count(4566) == 0);
    }
    SECTION("for those") {
        room.function.tags["lambent:endpoint"] = "open";
        room.boot();
        CHECK(room.door.opened_for == std::vector<std::string>{"tested"});
        CHECK(room.door.open_now == 1);
        const auto& lines = room.fake_sandbox.specs.at(0).environment;
        const auto has = [&lines](const char* line) {
            return std::find(lines.begin(), lines.end(), line) != lines.end();
        };
        CHECK(has("AWS_ENDPOINT_URL=http://127.0.0.1:4566"));
        CHECK(has("AWS_ACCESS_KEY_ID=AKIAtested"));
        CHECK(has("AWS_SECRET_ACCESS_KEY=secret of tested"));
        run_flow(room.loop, room.environment->close());
        CHECK(room.door.open_now == 0);
        room.environment.reset();
    }
}

TEST_CASE("A cell that ends before it is ready is init's outcome", "[runtime][Environment]") {
    ScriptedRoom room;
    const auto init = room.boot_and([&room] {
        room.cell().write("no\n");
        ExitReport report = ended_by(ExitVerdict::kExited);
        report.status = 2;
        room.cell().end(report);
    });
    CHECK(init.kind == OutcomeKind::kExited);
    CHECK(
        message_in(init.payload) ==
        "RequestId: init-request Error: Runtime exited with error: exit status 2"
    );
    CHECK(init.function_init == 0us);
    CHECK(room.log->lines == std::vector<std::string>{"no"});
    CHECK(room.environment == nullptr);
}

TEST_CASE("A deadline cuts what is in flight and nothing later", "[runtime][Environment]") {
    ScriptedRoom room;
    room.boot();
    CHECK(room.invoke("{}", 2s).kind == OutcomeKind::kSuccess);
    boost::asio::steady_timer later(room.loop, 2'100ms);
    auto wait = [](boost::asio::steady_timer& timer) -> Task<> {
        co_await timer.async_wait(boost::asio::use_awaitable);
    };
    run_flow(room.loop, wait(later));
    CHECK(room.environment->alive());
    room.silent = true;
    const auto outcome = room.invoke("{}", 30ms);
    CHECK(outcome.kind == OutcomeKind::kTimeout);
    CHECK(outcome.memory_peak_bytes == 40 * runtime::kMebibyte);
    CHECK(room.cell().killed);
}

TEST_CASE("An environment that is dropped is taken down by its factory", "[runtime][Environment]") {
    ScriptedRoom room;
    room.boot();
    room.environment.reset();
    run_flow(room.loop, room.factory.stop());
    CHECK(room.cell().killed);
}

TEST_CASE("A start that is cancelled leaves nothing", "[runtime][Environment]") {
    ScriptedRoom room;
    TaskScope starts(room.loop.get_executor(), Logger::silent());
    auto start = [](ScriptedRoom& in) -> Task<> {
        const auto never = co_await in.start_flow();
        CHECK(never.has_error());
    };
    starts.spawn("start", start(room));
    auto stop = [](ScriptedRoom& in, TaskScope& scope) -> Task<> {
        while (in.fake_sandbox.cells.empty()) {
            co_await ScriptedRoom::pause(in.loop);
        }
        co_await ScriptedRoom::pause(in.loop);
        co_await scope.cancel_and_join();
    };
    run_flow(room.loop, stop(room, starts));
    run_flow(room.loop, room.factory.stop());
    CHECK(room.cell().killed);
}
