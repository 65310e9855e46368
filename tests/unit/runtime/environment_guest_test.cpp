// Environments with real guests: the managed runtimes and a C++ function, as ordinary processes.
// Every test runs on both wires.
#include "tests/support/environment_room.h"
#include "tests/support/fake_sandbox.h"
#include "tests/support/guest_source.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using namespace lambent::tests;
using namespace std::chrono_literals;
using runtime::OutcomeKind;

namespace {

struct GuestRoom : FakeCells, EnvironmentRoom {
    GuestRoom(const std::string& language, const std::string& source)
        : FakeCells(FakeGuest::kProcess), EnvironmentRoom(fake_loop, fake_sandbox) {
        const bool has_frames = GENERATE(true, false);
        UNSCOPED_INFO((has_frames ? "on frames" : "on HTTP"));
        fake_sandbox.has_frames = has_frames;
        use_source(*this, language, source);
    }
};

GuestRoom python(const std::string& source) {
    return {"python", source};
}

GuestRoom node(const std::string& source) {
    return {"node", source};
}

}  // namespace

TEST_CASE("An environment answers in every language", "[runtime][Environment]") {
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    return event\n"},
         {"node", "exports.handler = async (event) => event;\n"},
         {"cpp", ""}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    const auto init = room.start();
    INFO(room.all_lines());
    REQUIRE(init.kind == OutcomeKind::kSuccess);
    CHECK(init.runtime_boot > 0us);
    for (const std::string payload : {"1", "{\"a\": [true, null]}", "\"é☃😀\""}) {
        const auto outcome = room.invoke(payload);
        CHECK(outcome.kind == OutcomeKind::kSuccess);
        CHECK(nlohmann::json::parse(outcome.payload) == nlohmann::json::parse(payload));
        CHECK(outcome.reusable);
    }
    CHECK(room.environment->alive());
}

TEST_CASE("An environment carries six megabytes both ways", "[runtime][Environment]") {
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    return event\n"},
         {"node", "exports.handler = async (event) => event;\n"},
         {"cpp", ""}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    const std::string payload = "\"" + std::string(6 * 1024 * 1024 - 2, 'x') + "\"";
    const auto outcome = room.invoke(payload);
    CHECK(outcome.kind == OutcomeKind::kSuccess);
    CHECK(outcome.payload == payload);
}

TEST_CASE("An environment survives an answer that is too large", "[runtime][Environment]") {
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    return 'x' * event\n"},
         {"node", "exports.handler = async (event) => 'x'.repeat(event);\n"}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    const auto outcome = room.invoke("7000000");
    CHECK(outcome.kind == OutcomeKind::kTooLarge);
    CHECK(outcome.error_type == "Function.ResponseSizeTooLarge");
    CHECK(
        message_in(outcome.payload) ==
        "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    );
    CHECK(outcome.reusable);
    CHECK(room.invoke("3").payload == "\"xxx\"");
}

TEST_CASE("A handler's failure is the function's error", "[runtime][Environment]") {
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    raise ValueError('bad')\n"},
         {"node", "exports.handler = async () => { throw new RangeError('bad'); };\n"}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    const auto outcome = room.invoke("1");
    CHECK(outcome.kind == OutcomeKind::kFunctionError);
    CHECK(outcome.error_type == "Function.Unknown");
    CHECK(message_in(outcome.payload) == "bad");
    CHECK(outcome.reusable);
    CHECK(room.all_lines().find("bad") != std::string::npos);
}

TEST_CASE("An import that fails is init's outcome", "[runtime][Environment]") {
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "import nothing_of_that_name\n"},
         {"node", "require('nothing-of-that-name');\n"}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    const auto init = room.start();
    CHECK(init.kind == OutcomeKind::kFunctionError);
    CHECK(init.error_type == "Runtime.ImportModuleError");
    CHECK(type_in(init.payload) == "Runtime.ImportModuleError");
    CHECK(room.environment == nullptr);
    CHECK(room.all_lines().find("Runtime.ImportModuleError") != std::string::npos);
}

TEST_CASE(
    "Output up to the answer is in the log when the invocation returns", "[runtime][Environment]"
) {
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python",
          "def handler(event, context):\n"
          "    for i in range(1000):\n"
          "        print('line', i)\n"
          "    print('unfinished', end='')\n"},
         {"node",
          "exports.handler = async () => {\n"
          "  for (let i = 0; i < 1000; ++i) require('fs').writeSync(1, `line ${i}\\n`);\n"
          "  require('fs').writeSync(1, 'unfinished');\n"
          "};\n"}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    for (int round = 0; round < 3; ++round) {
        room.log->lines.clear();
        room.invoke("1");
        REQUIRE(room.log->lines.size() == 1001);
        CHECK(room.log->lines.front() == "line 0");
        CHECK(room.log->lines.at(999) == "line 999");
        CHECK(room.log->lines.back() == "unfinished");
    }
}

TEST_CASE("A traceback is one event of several lines", "[runtime][Environment]") {
    GuestRoom room = python("def handler(event, context):\n    raise ValueError('bad')\n");
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    room.log->lines.clear();
    room.invoke("1");
    REQUIRE(room.log->lines.size() == 1);
    CHECK(room.log->lines.front().starts_with(
        "[ERROR] ValueError: bad\nTraceback (most recent call last):\n  File \""
    ));
}

TEST_CASE("A guest that sleeps past the deadline is cut", "[runtime][Environment]") {
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python",
          "import select\n"
          "def handler(event, context):\n"
          "    print('asleep')\n"
          "    select.select([], [], [], 60)\n"},
         {"node",
          "exports.handler = async () => {\n"
          "  console.log('asleep');\n"
          "  for (;;);\n"
          "};\n"}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    room.function.timeout_s = 3;
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    const auto outcome = room.invoke("1", 2s);
    CHECK(outcome.kind == OutcomeKind::kTimeout);
    CHECK(outcome.error_type == "Sandbox.Timedout");
    CHECK(
        message_in(outcome.payload) ==
        "RequestId: request-1 Error: Task timed out after 3.00 seconds"
    );
    CHECK_FALSE(outcome.reusable);
    CHECK_FALSE(room.environment->alive());
    CHECK(outcome.handler > 1s);  // counted from its delivery on
    CHECK(room.all_lines().find("asleep") != std::string::npos);
}

TEST_CASE("A guest that exits in the middle is told of by its status", "[runtime][Environment]") {
    const auto [language, source, text] = GENERATE(table<std::string, std::string, std::string>(
        {{"python", "import os\ndef handler(e, c):\n    os._exit(e)\n", "exit status 7"},
         {"node", "exports.handler = async (e) => process.exit(e);\n", "exit status 7"},
         {"python",
          "import os\ndef handler(e, c):\n    os.kill(os.getpid(), 11)\n",
          "signal: segmentation fault"}}
    ));
    INFO(language);
    GuestRoom room(language, source);
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    const auto outcome = room.invoke("7");
    CHECK(outcome.kind == OutcomeKind::kExited);
    CHECK(outcome.error_type == "Runtime.ExitError");
    CHECK(
        message_in(outcome.payload) ==
        "RequestId: request-1 Error: Runtime exited with error: " + text
    );
    CHECK_FALSE(outcome.reusable);
    CHECK_FALSE(room.environment->alive());
}

TEST_CASE("A guest that exits while it initialises is told of", "[runtime][Environment]") {
    GuestRoom room = python("import os\nprint('going')\nos._exit(3)\n");
    const auto init = room.start();
    CHECK(init.kind == OutcomeKind::kExited);
    CHECK(
        message_in(init.payload) ==
        "RequestId: init-request Error: Runtime exited with error: exit status 3"
    );
    CHECK(room.environment == nullptr);
}

TEST_CASE("An init that hangs is cut at its deadline", "[runtime][Environment]") {
    GuestRoom room = python("import select\nprint('hanging')\nselect.select([], [], [], 60)\n");
    const auto init = room.start(3s);
    CHECK(init.kind == OutcomeKind::kTimeout);
    CHECK(init.error_type == "Sandbox.Timedout");
    CHECK(room.environment == nullptr);
    CHECK(init.runtime_boot + init.function_init > 2s);  // counted from a little later on
    CHECK(room.all_lines().find("hanging") != std::string::npos);
}

TEST_CASE("Runtime boot and function init are told apart", "[runtime][Environment]") {
    GuestRoom room =
        python("import select\nselect.select([], [], [], 2)\ndef handler(e, c):\n    pass\n");
    const auto init = room.start();
    REQUIRE(init.kind == OutcomeKind::kSuccess);
    CHECK(init.function_init > 1s);  // counted from when its opening was read
    CHECK(init.runtime_boot > 0us);
}

TEST_CASE("A function sees Lambda's variables and its own", "[runtime][Environment]") {
    GuestRoom room = python(
        "import os\n"
        "def handler(event, context):\n"
        "    return dict(os.environ, arn=context.invoked_function_arn,\n"
        "                left=context.get_remaining_time_in_millis())\n"
    );
    room.function.environment = {
        {"MINE", "1"}, {"AWS_REGION", "not this one"}, {"TZ", "Asia/Tokyo"}};
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    const auto seen = nlohmann::json::parse(room.invoke("1", 10s).payload);
    CHECK(seen.at("MINE") == "1");
    CHECK(seen.at("AWS_REGION") == "us-east-1");
    CHECK(seen.at("TZ") == "Asia/Tokyo");
    CHECK(seen.at("AWS_LAMBDA_FUNCTION_NAME") == "tested");
    CHECK(seen.at("AWS_LAMBDA_LOG_STREAM_NAME") == "2026/01/01/[$LATEST]0123");
    CHECK(seen.at("arn") == "arn:aws:lambda:us-east-1:000000000000:function:tested");
    CHECK(seen.at("left").get<int>() > 5'000);
    CHECK(seen.at("left").get<int>() <= 10'000);
    CHECK(seen.count("AWS_ACCESS_KEY_ID") == 0);
    CHECK(seen.count("AWS_ENDPOINT_URL") == 0);
}

TEST_CASE("A guest that sends what is no frame is ended", "[runtime][Environment]") {
    FakeCells cells(FakeGuest::kProcess);
    EnvironmentRoom room(cells.fake_loop, cells.fake_sandbox);
    use_source(
        room,
        "python",
        "import os\n"
        "if not os.environ.get('LATE'):\n"
        "    os.write(3, b'GET / HTTP/1.1 and some more bytes than a head has')\n"
        "def handler(event, context):\n"
        "    os.write(3, bytes([event]) * 100)\n"
        "    os.read(3, 1)\n"
    );
    SECTION("while it initialises") {
        const auto init = room.start();
        CHECK(init.kind == OutcomeKind::kExited);
        CHECK(init.error_type == "Runtime.ExitError");
        CHECK(room.environment == nullptr);
    }
    SECTION("while it has an event") {
        room.function.environment["LATE"] = "1";
        REQUIRE(room.start().kind == OutcomeKind::kSuccess);
        const auto outcome = room.invoke("255");
        CHECK(outcome.kind == OutcomeKind::kExited);
        CHECK(outcome.error_type == "Runtime.ExitError");
        CHECK(
            message_in(outcome.payload) ==
            "RequestId: request-1 Error: Runtime exited with error: it sent what is no frame"
        );
        CHECK_FALSE(outcome.reusable);
        CHECK_FALSE(room.environment->alive());
    }
    CHECK(cells.cell().killed);
}

TEST_CASE("Client context and trace id reach the handler", "[runtime][Environment]") {
    GuestRoom room = node(
        "exports.handler = async (e, context) =>\n"
        "  [context.clientContext, process.env._X_AMZN_TRACE_ID];\n"
    );
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    auto request = EnvironmentRoom::request("1");
    request.client_context = "{\"custom\":\n{\"k\":\"é\"}}";
    request.trace_id = "Root=1-2\r\nX-Evil: 1";
    const auto outcome = run_flow(room.loop, room.environment->invoke(std::move(request))).value();
    CHECK(outcome.payload == "[{\"custom\":{\"k\":\"é\"}},\"Root=1-2  X-Evil: 1\"]");
}

TEST_CASE(
    "A flow that is dropped in the middle takes its environment with it", "[runtime][Environment]"
) {
    GuestRoom room =
        python("import select\ndef handler(e, c):\n    select.select([], [], [], 60)\n");
    REQUIRE(room.start().kind == OutcomeKind::kSuccess);
    TaskScope scope(room.loop.get_executor(), Logger::silent());
    auto call = [](GuestRoom& in) -> Task<> {
        auto request = EnvironmentRoom::request("1");
        co_await in.environment->invoke(std::move(request));
    };
    scope.spawn("call", call(room));
    auto stop = [](GuestRoom& in, TaskScope& calls) -> Task<> {
        boost::asio::steady_timer soon(in.loop, 50ms);
        co_await soon.async_wait(boost::asio::use_awaitable);
        co_await calls.cancel_and_join();
    };
    run_flow(room.loop, stop(room, scope));
    CHECK_FALSE(room.environment->alive());
    CHECK(room.cell().killed);
}
