// Functions that start from stems, in real cells.
#include "tests/sandbox/cell_fixture.h"
#include "tests/support/environment_room.h"
#include "tests/support/guest_source.h"

#include <catch2/catch.hpp>

#include <cerrno>
#include <set>

using namespace lambent;
using namespace lambent::tests;
using namespace std::chrono_literals;
using runtime::OutcomeKind;
using runtime::StartKind;

namespace {

struct StemRoom : SandboxFixture, EnvironmentRoom {
    StemRoom(const std::string& language, const std::string& source)
        : EnvironmentRoom(
              SandboxFixture::loop(), SandboxFixture::sandbox(), runtime::StemMode::kFixed
          ) {
        use_source(*this, language, source);
    }
    // Starts the function from a stem as soon as there is one.
    runtime::InitOutcome start_from_stem() {
        await_stem_of(function);
        return EnvironmentRoom::start();
    }
    void await_stem_of(const runtime::Function& one) {
        factory.expect(one);
        for (int turn = 0; turn < 60'000 && factory.stems_ready(one) == 0; ++turn) {
            EnvironmentRoom::loop.restart();
            EnvironmentRoom::loop.run_for(1ms);
        }
        REQUIRE(factory.stems_ready(one) > 0);
    }
    nlohmann::json ask(const std::string& payload) {
        const auto outcome = invoke(payload);
        INFO(outcome.payload);
        REQUIRE(outcome.kind == OutcomeKind::kSuccess);
        return nlohmann::json::parse(outcome.payload);
    }
    void leave() { run_flow(EnvironmentRoom::loop, std::exchange(environment, nullptr)->close()); }
};

}  // namespace

TEST_CASE("A function starts from a stem in every language", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "def handler(event, context):\n    return event\n"},
         {"node", "exports.handler = async (event) => event;\n"},
         {"cpp", ""}}
    ));
    INFO(language);
    StemRoom room(language, source);
    room.function.memory_mb = 128;
    const auto init = room.start_from_stem();
    INFO(room.all_lines());
    INFO(init.payload);
    REQUIRE(init.kind == OutcomeKind::kSuccess);
    CHECK(init.start == StartKind::kStem);
    CHECK(init.cell_claim > 0us);
    CHECK(init.mount_and_limits > 0us);
    CHECK(init.runtime_boot == 0us);
    CHECK(init.function_init > 0us);
    for (const std::string payload : {"1", "{\"a\": [true, null]}", "\"é☃😀\""}) {
        CHECK(room.ask(payload) == nlohmann::json::parse(payload));
    }
    CHECK(room.environment->freeze() > 0us);
    CHECK(room.ask("2") == 2);
}

TEST_CASE("A stem's function sees its own variables and no others", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python",
          "import os, subprocess, time\n"
          "def handler(event, context):\n"
          "    return {'own': dict(os.environ), 'cwd': os.getcwd(), 'zone': time.tzname[0],\n"
          "            'c': subprocess.run(['/usr/bin/env'], capture_output=True, "
          "text=True).stdout,\n"
          "            'name': context.function_name, 'files': os.listdir('/var/task')}\n"},
         {"node",
          "const { execFileSync } = require('child_process');\n"
          "exports.handler = async (event, context) => ({\n"
          "  own: process.env, cwd: process.cwd(), c: String(execFileSync('/usr/bin/env')),\n"
          "  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,\n"
          "  name: context.functionName, files: require('fs').readdirSync('/var/task') });\n"}}
    ));
    INFO(language);
    StemRoom room(language, source);
    room.function.environment = {{"MINE", "a=b c"}, {"TZ", "Asia/Tokyo"}};
    REQUIRE(room.start_from_stem().kind == OutcomeKind::kSuccess);
    const auto from_stem = room.ask("1");
    CHECK(from_stem.at("cwd") == "/var/task");
    CHECK(from_stem.at("name") == "tested");
    CHECK(from_stem.at("files").size() == 1);
    const std::string zone = from_stem.at("zone");
    CHECK((zone == "JST" || zone == "Asia/Tokyo"));
    CHECK(from_stem.at("own").at("MINE") == "a=b c");
    CHECK(from_stem.at("c").get<std::string>().find("MINE=a=b c\n") != std::string::npos);
    CHECK(from_stem.dump().find("LAMBENT_") == std::string::npos);
    room.leave();

    SECTION("the same as one that was booted") {
        EnvironmentRoom booted(room.SandboxFixture::loop(), room.SandboxFixture::sandbox());
        use_source(booted, language, source);
        booted.function.environment = room.function.environment;
        REQUIRE(booted.start().start == StartKind::kBoot);
        const auto outcome = booted.invoke("1");
        CHECK(nlohmann::json::parse(outcome.payload).at("own") == from_stem.at("own"));
    }
    SECTION("nothing of a function before it") {
        room.function.environment = {{"OTHER", "1"}};
        REQUIRE(room.start_from_stem().kind == OutcomeKind::kSuccess);
        const auto other = room.ask("1");
        CHECK(other.at("own").count("MINE") == 0);
        CHECK(other.at("c").get<std::string>().find("MINE") == std::string::npos);
        CHECK(other.at("own").at("TZ") == ":UTC");
    }
}

// Random numbers, hash seeds, UUIDs, the nonces of TLS hellos, keys and addresses.
TEST_CASE("Threat 52: no two stems share a random number", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python",
          "import random, uuid, os, ssl, secrets, tempfile\n"
          "def hello():\n"
          "    out = ssl.MemoryBIO()\n"
          "    talk = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, False, 'a.b')\n"
          "    try: talk.do_handshake()\n"
          "    except ssl.SSLWantReadError: return out.read()[11:43].hex()\n"
          "def maps(what):\n"
          "    return [m.split('-')[0] + what for m in open('/proc/self/maps') if what in m][0]\n"
          "def handler(event, context):\n"
          "    return [str(random.random()), str(uuid.uuid4()), str(uuid.uuid1()),\n"
          "            os.urandom(8).hex(), str(hash('text')), str(id(object())),\n"
          "            ssl.RAND_bytes(8).hex(), hello(), secrets.token_hex(8),\n"
          "            str(random.SystemRandom().random()), "
          "next(tempfile._get_candidate_names()),\n"
          "            maps('[stack]'), maps('[heap]'), maps('libc')]\n"},
         {"node",
          "const crypto = require('crypto');\n"
          "const { Duplex } = require('stream');\n"
          "const hello = () => new Promise((resolve) => {\n"
          "  const wire = new Duplex({ read() {}, write(chunk, encoding, done) {\n"
          "    resolve(chunk.subarray(11, 43).toString('hex')); done(); } });\n"
          "  require('tls').connect({ socket: wire }).on('error', () => {}); });\n"
          "const maps = (what) => require('fs').readFileSync('/proc/self/maps', 'latin1')\n"
          "  .split('\\n').find((map) => map.includes(what)).split('-')[0] + what;\n"
          "exports.handler = async () => [String(Math.random()), crypto.randomUUID(),\n"
          "  await hello(), maps('[stack]'), maps('[heap]'), maps('libc'),\n"
          "  crypto.randomBytes(8).toString('hex'), String(crypto.randomInt(2 ** 40)),\n"
          "  crypto.generateKeyPairSync('x25519').publicKey.export(\n"
          "    { type: 'spki', format: 'der' }).toString('hex')];\n"}}
    ));
    INFO(language);
    StemRoom room(language, source);
    std::set<std::string> seen;
    std::size_t numbers = 0;
    for (int start = 0; start < 6; ++start) {
        REQUIRE(room.start_from_stem().start == StartKind::kStem);
        for (const auto& number : room.ask("1")) {
            seen.insert(number.get<std::string>());
            ++numbers;
        }
        room.leave();
    }
    CHECK(seen.size() == numbers);
}

TEST_CASE("A stem's function has its own limits", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    StemRoom room(
        "python", "def handler(event, context):\n    return len(bytearray(event << 20))\n"
    );
    room.function.memory_mb = 128;
    REQUIRE(room.start_from_stem().kind == OutcomeKind::kSuccess);
    CHECK(room.ask("10") == 10 << 20);
    const auto outcome = room.invoke("200");
    CHECK(outcome.kind == OutcomeKind::kOutOfMemory);
    CHECK_FALSE(outcome.reusable);
}

TEST_CASE("A stem's function finds the platform only if it may", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    StemRoom room(
        "python",
        "import socket\n"
        "def handler(event, context):\n"
        "    probe = socket.socket()\n"
        "    return probe.connect_ex(('127.0.0.1', 4566))\n"
    );
    room.start_from_stem();
    CHECK(room.ask("1") == ECONNREFUSED);
    CHECK(room.door.opened_for.empty());
}

TEST_CASE("A stem's import that fails is init's outcome", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    const auto [language, source] = GENERATE(table<std::string, std::string>(
        {{"python", "import nothing_of_that_name\n"},
         {"node", "require('nothing-of-that-name');\n"}}
    ));
    INFO(language);
    StemRoom room(language, source);
    const auto init = room.start_from_stem();
    CHECK(init.start == StartKind::kStem);
    CHECK(init.kind == OutcomeKind::kFunctionError);
    CHECK(init.error_type == "Runtime.ImportModuleError");
    CHECK(room.environment == nullptr);
    CHECK(room.all_lines().find("rehears") == std::string::npos);
    CHECK(room.all_lines().find("Runtime.ImportModuleError") != std::string::npos);
}

TEST_CASE("A stem says why it cannot execute a bootstrap", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    StemRoom room("cpp", "");
    room.package(ZipBuilder().file("bootstrap", "\x01\x02", 0755));
    const auto init = room.start_from_stem();
    CHECK(init.error_type == "Runtime.InvalidEntrypoint");
    CHECK(
        message_in(init.payload) ==
        "RequestId: init-request Error: fork/exec /var/task/bootstrap: exec format error"
    );
}

TEST_CASE("Any program can start from a stem", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    StemRoom room("cpp", "");
    room.package(ZipBuilder().file("bootstrap", "#!/bin/sh\necho $PWD $MINE $0\nexit 4\n", 0755));
    room.function.environment = {{"MINE", "1"}};
    const auto init = room.start_from_stem();
    CHECK(init.kind == OutcomeKind::kExited);
    CHECK(room.all_lines() == "/var/task 1 /var/task/bootstrap\n");
}

TEST_CASE("A function that no stem fits boots in an empty cell", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string source =
        "import os, sys\n"
        "def handler(event, context):\n"
        "    return {'own': dict(os.environ), 'argv': open('/proc/self/cmdline').read(),\n"
        "            'cwd': os.getcwd(), 'files': sorted(os.listdir('/proc/self/fd')),\n"
        "            'processes': sum(name.isdigit() for name in os.listdir('/proc'))}\n";
    StemRoom room("python", source);
    room.function.environment = {{"LC_ALL", "C.UTF-8"}};
    runtime::Function provided = room.function;
    provided.runtime = "provided.al2023";
    provided.environment.clear();
    room.await_stem_of(provided);
    const auto init = room.EnvironmentRoom::start();
    INFO(room.all_lines());
    REQUIRE(init.kind == OutcomeKind::kSuccess);
    CHECK(init.start == StartKind::kBoot);
    CHECK(init.runtime_boot > 0us);
    const auto found = room.ask("1");
    room.leave();

    EnvironmentRoom booted(room.SandboxFixture::loop(), room.SandboxFixture::sandbox());
    use_source(booted, "python", source);
    booted.function.environment = room.function.environment;
    REQUIRE(booted.start().start == StartKind::kBoot);
    CHECK(nlohmann::json::parse(booted.invoke("1").payload) == found);
}

TEST_CASE("A function whose variables count at exec is booted", "[sandbox][StemPool]") {
    if (!can_build_cells()) {
        return;
    }
    StemRoom room(
        "node",
        "exports.handler = async () => process.execArgv.length + process.env.NODE_OPTIONS;\n"
    );
    room.factory.expect(room.function);
    room.function.environment = {{"NODE_OPTIONS", "--no-warnings"}};
    CHECK(room.EnvironmentRoom::start().start == StartKind::kBoot);
    CHECK(room.ask("1") == "3--no-warnings");
}
