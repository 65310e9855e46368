// Environments in real cells: what only walls and limits can show.
#include "tests/sandbox/cell_fixture.h"
#include "tests/support/environment_room.h"
#include "tests/support/guest_source.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::tests;
using namespace std::chrono_literals;
using runtime::OutcomeKind;

namespace {

struct CellRoom : SandboxFixture, EnvironmentRoom {
    CellRoom(const std::string& language, const std::string& source)
        : EnvironmentRoom(SandboxFixture::loop(), SandboxFixture::sandbox()) {
        use_source(*this, language, source);
    }
    using EnvironmentRoom::start;
    void start_well() {
        const auto init = start();
        INFO(all_lines());
        INFO(init.payload);
        REQUIRE(init.kind == OutcomeKind::kSuccess);
    }
};

}  // namespace

TEST_CASE("A function answers from a cell in every language", "[sandbox][Environment]") {
    if (!can_build_cells()) {
        return;
    }
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    return event\n"},
         {"node", "exports.handler = async (event) => event;\n"},
         {"cpp", ""}}
    ));
    INFO(language);
    CellRoom room(language, source);
    room.function.memory_mb = 128;
    room.start_well();
    for (const std::string payload : {"1", "{\"a\": [true, null]}"}) {
        const auto outcome = room.invoke(payload);
        CHECK(outcome.kind == OutcomeKind::kSuccess);
        CHECK(nlohmann::json::parse(outcome.payload) == nlohmann::json::parse(payload));
        CHECK(outcome.in_handler > 0us);
        CHECK(outcome.memory_peak_bytes > 0);
        CHECK(outcome.memory_peak_bytes < 128 * runtime::kMebibyte);
    }
}

TEST_CASE("A frozen function thaws for its next event", "[sandbox][Environment]") {
    if (!can_build_cells()) {
        return;
    }
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    return event\n"},
         {"node", "exports.handler = async (event) => event;\n"},
         {"cpp", ""}}
    ));
    INFO(language);
    CellRoom room(language, source);
    room.start_well();
    for (int round = 0; round < 5; ++round) {
        CHECK(room.environment->freeze() > 0us);
        CHECK(room.invoke(std::to_string(round)).payload == std::to_string(round));
    }
}

TEST_CASE("A function over its memory dies and is said to", "[sandbox][Environment]") {
    if (!can_build_cells()) {
        return;
    }
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    return len(bytearray(event << 20))\n"},
         {"node", "exports.handler = async (event) => Buffer.alloc(event << 20, 1).length;\n"}}
    ));
    INFO(language);
    CellRoom room(language, source);
    room.function.memory_mb = 128;
    room.start_well();
    CHECK(room.invoke("10").kind == OutcomeKind::kSuccess);
    const auto outcome = room.invoke("200");
    CHECK(outcome.kind == OutcomeKind::kOutOfMemory);
    CHECK(outcome.error_type == "Runtime.OutOfMemory");
    CHECK(
        message_in(outcome.payload) ==
        "RequestId: request-1 Error: Runtime exited with error: signal: killed"
    );
    CHECK_FALSE(outcome.reusable);
    CHECK(outcome.memory_peak_bytes > 120 * runtime::kMebibyte);
}

TEST_CASE("A function past its deadline is cut in its cell", "[sandbox][Environment]") {
    if (!can_build_cells()) {
        return;
    }
    CellRoom room("python", "def handler(event, context):\n    while True: pass\n");
    room.start_well();
    const auto outcome = room.invoke("1", 300ms);
    CHECK(outcome.kind == OutcomeKind::kTimeout);
    CHECK_FALSE(room.environment->alive());
}

TEST_CASE("A bootstrap that cannot be executed is the function's fault", "[sandbox][Environment]") {
    if (!can_build_cells()) {
        return;
    }
    CellRoom room("cpp", "");
    SECTION("no such file") {
        room.package(ZipBuilder().file("other", "x", 0755));
        const auto init = room.start();
        CHECK(init.error_type == "Runtime.InvalidEntrypoint");
        CHECK(
            message_in(init.payload) ==
            "RequestId: init-request Error: Couldn't find valid bootstrap(s): "
            "[/var/task/bootstrap /opt/bootstrap]"
        );
    }
    SECTION("no permission") {
        room.package(ZipBuilder().file("bootstrap", "#!/bin/sh\n", 0644));
        const auto init = room.start();
        CHECK(init.kind == OutcomeKind::kExited);
        CHECK(init.error_type == "Runtime.InvalidEntrypoint");
        CHECK(
            message_in(init.payload) ==
            "RequestId: init-request Error: fork/exec /var/task/bootstrap: permission denied"
        );
    }
    SECTION("no program") {
        room.package(ZipBuilder().file("bootstrap", "\x01\x02", 0755));
        const auto init = room.start();
        CHECK(init.error_type == "Runtime.InvalidEntrypoint");
        CHECK(
            message_in(init.payload) ==
            "RequestId: init-request Error: fork/exec /var/task/bootstrap: exec format error"
        );
    }
}

TEST_CASE("A shell script can be a bootstrap", "[sandbox][Environment]") {
    if (!can_build_cells()) {
        return;
    }
    CellRoom room("cpp", "");
    room.package(
        ZipBuilder().file("bootstrap", "#!/bin/sh\necho from $LAMBDA_TASK_ROOT\nexit 4\n", 0755)
    );
    const auto init = room.start();
    CHECK(init.kind == OutcomeKind::kExited);
    CHECK(
        message_in(init.payload) ==
        "RequestId: init-request Error: Runtime exited with error: exit status 4"
    );
    CHECK(room.all_lines() == "from /var/task\n");
}

TEST_CASE("An init in a cell has all its phases", "[sandbox][Environment]") {
    if (!can_build_cells()) {
        return;
    }
    CellRoom room("python", "def handler(event, context):\n    return 1\n");
    const auto began = std::chrono::steady_clock::now();
    const auto init = room.start();
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(init.mount_and_limits > 0us);
    CHECK(init.runtime_boot > 0us);
    CHECK(init.function_init > 0us);
    CHECK(init.cell_claim + init.mount_and_limits + init.runtime_boot + init.function_init <= took);
}
