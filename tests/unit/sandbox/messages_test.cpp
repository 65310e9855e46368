#include "sandbox/protocol/messages.h"

#include <catch2/catch.hpp>

using namespace lambent::sandbox;
using lambent::Code;

namespace {

CellSpec full_spec() {
    CellSpec spec;
    spec.label = "f:1";
    spec.argv = {"/var/task/bootstrap", "--flag"};
    spec.environment = {"A=b", "BYTES=\xff\xfe"};
    spec.working_directory = "/var/task/sub";
    spec.binds = {{"/srv/code", "/var/task"}, {"/srv/layer", "/opt"}};
    spec.listen_ports = {9001, 4566};
    spec.memory_bytes = 3ULL << 30;
    spec.tmp_bytes = 1ULL << 30;
    spec.cpu = {72'357};
    spec.processes_max = 100;
    spec.open_files_max = 200;
    spec.has_channel = true;
    spec.is_stem = true;
    return spec;
}

Equipment full_equipment() {
    Equipment what;
    what.binds = {{"/srv/code", "/var/task"}, {"/srv/layer\xff", "/opt"}};
    what.memory_bytes = 3ULL << 30;
    what.tmp_bytes = 1ULL << 30;
    what.cpu = {72'357};
    what.processes_max = 100;
    what.message = std::string("\0\xff told", 7);
    return what;
}

template <class Message>
Message through(const Message& message) {
    auto decoded = decode_event(encode(Event(message)));
    REQUIRE(decoded.has_value());
    return std::get<Message>(*decoded);
}

}  // namespace

TEST_CASE("Launch request arrives with every field", "[sandbox][Messages]") {
    const CellSpec spec = full_spec();
    const auto decoded = decode_request(encode(Request(LaunchRequest{77, spec})));
    REQUIRE(decoded.has_value());
    const auto& request = std::get<LaunchRequest>(*decoded);
    CHECK(request.id == 77);
    CHECK(request.spec.label == spec.label);
    CHECK(request.spec.argv == spec.argv);
    CHECK(request.spec.environment == spec.environment);
    CHECK(request.spec.working_directory == spec.working_directory);
    REQUIRE(request.spec.binds.size() == 2);
    CHECK(request.spec.binds[1].host_path == "/srv/layer");
    CHECK(request.spec.binds[1].cell_path == "/opt");
    CHECK(request.spec.listen_ports == spec.listen_ports);
    CHECK(request.spec.memory_bytes == spec.memory_bytes);
    CHECK(request.spec.tmp_bytes == spec.tmp_bytes);
    CHECK(request.spec.cpu.micro_cores == spec.cpu.micro_cores);
    CHECK(request.spec.processes_max == spec.processes_max);
    CHECK(request.spec.open_files_max == spec.open_files_max);
    CHECK(request.spec.has_channel);
    CHECK(request.spec.is_stem);
}

TEST_CASE("Equip request arrives with every field", "[sandbox][Messages]") {
    const Equipment what = full_equipment();
    const auto decoded = decode_request(encode(Request(EquipRequest{7, what})));
    REQUIRE(decoded.has_value());
    const auto& request = std::get<EquipRequest>(*decoded);
    CHECK(request.id == 7);
    REQUIRE(request.what.binds.size() == 2);
    CHECK(request.what.binds[0].cell_path == "/var/task");
    CHECK(request.what.binds[1].host_path == "/srv/layer\xff");
    CHECK(request.what.memory_bytes == what.memory_bytes);
    CHECK(request.what.tmp_bytes == what.tmp_bytes);
    CHECK(request.what.cpu.micro_cores == what.cpu.micro_cores);
    CHECK(request.what.processes_max == what.processes_max);
    CHECK(request.what.message == what.message);
}

TEST_CASE("Kill and stop requests arrive as they were sent", "[sandbox][Messages]") {
    const auto kill = decode_request(encode(Request(KillRequest{5})));
    REQUIRE(kill.has_value());
    CHECK(std::get<KillRequest>(*kill).id == 5);
    const auto stop = decode_request(encode(Request(StopRequest{})));
    REQUIRE(stop.has_value());
    CHECK(std::holds_alternative<StopRequest>(*stop));
}

TEST_CASE("Events arrive with every field", "[sandbox][Messages]") {
    const Hello hello = through(Hello{"no cgroups", CgroupDialect::kV1});
    CHECK(hello.problem == "no cgroups");
    CHECK(hello.dialect == CgroupDialect::kV1);
    const Launched launched = through(Launched{9, 1, 2, 3});
    CHECK(launched.id == 9);
    CHECK(launched.claimed_ns == 1);
    CHECK(launched.walled_ns == 2);
    CHECK(launched.executed_ns == 3);
    const Equipped equipped = through(Equipped{9, 4, 5, "why not"});
    CHECK(equipped.id == 9);
    CHECK(equipped.mounted_ns == 4);
    CHECK(equipped.limited_ns == 5);
    CHECK(equipped.problem == "why not");
    const LaunchFailed failed = through(LaunchFailed{9, "exec", 2, "why"});
    CHECK(failed.stage == "exec");
    CHECK(failed.error_number == 2);
    CHECK(failed.message == "why");
    const Notice notice = through(Notice{"slot_failed", "no memory"});
    CHECK(notice.event == "slot_failed");
    CHECK(notice.text == "no memory");
}

TEST_CASE("Exit report arrives with each verdict", "[sandbox][Messages]") {
    const auto verdict = GENERATE(
        ExitVerdict::kExited,
        ExitVerdict::kSignalled,
        ExitVerdict::kOutOfMemory,
        ExitVerdict::kKilled,
        ExitVerdict::kLost
    );
    ExitReport report;
    report.verdict = verdict;
    report.status = 3;
    report.signal = 9;
    report.memory_peak_bytes = 1ULL << 40;
    report.cpu_time = std::chrono::microseconds(123'456);
    const Ended ended = through(Ended{4, report});
    CHECK(ended.report.verdict == verdict);
    CHECK(ended.report.status == 3);
    CHECK(ended.report.signal == 9);
    CHECK(ended.report.memory_peak_bytes == 1ULL << 40);
    CHECK(ended.report.cpu_time.count() == 123'456);
    CHECK_FALSE(to_string(verdict).empty());
}

TEST_CASE("Malformed messages are refused", "[sandbox][Messages]") {
    CHECK(decode_request("").has_error());
    CHECK(decode_request("not cbor at all").has_error());
    CHECK(decode_request(std::string(200, '\x9f')).has_error());
    CHECK(decode_event(encode(Request(StopRequest{}))).has_error());
    CHECK(decode_request(encode(Event(Hello{}))).has_error());
    const std::string whole = encode(Request(LaunchRequest{1, full_spec()}));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK(decode_request(whole.substr(0, size)).has_error());
    }
}

TEST_CASE("Malformed claims are refused", "[sandbox][Messages]") {
    const std::string request = encode(Request(EquipRequest{1, full_equipment()}));
    const std::string event = encode(Event(Equipped{9, 4, 5, "why not"}));
    CHECK(decode_request(request).has_value());
    CHECK(decode_request(request + "x").has_error());
    CHECK(decode_request(event).has_error());
    CHECK(decode_event(request).has_error());
    for (std::size_t size = 0; size < request.size(); ++size) {
        CHECK(decode_request(request.substr(0, size)).has_error());
    }
    for (std::size_t size = 0; size < event.size(); ++size) {
        CHECK(decode_event(event.substr(0, size)).has_error());
    }
    std::string endless = request;
    endless.replace(41, 8, 8, '\xff');  // the number of binds
    CHECK(decode_request(endless).has_error());
}

TEST_CASE("Launch request is checked when it arrives", "[sandbox][Messages]") {
    CellSpec spec = full_spec();
    spec.binds[0].cell_path = "/etc";
    const auto decoded = decode_request(encode(Request(LaunchRequest{1, spec})));
    REQUIRE(decoded.has_error());
    CHECK(decoded.error().code() == Code::kInvalidArgument);
    CHECK(decoded.error().subject() == "bind");
}

TEST_CASE("Equip request is checked when it arrives", "[sandbox][Messages]") {
    Equipment what = full_equipment();
    what.binds[1].cell_path = "/var/task";
    const auto decoded = decode_request(encode(Request(EquipRequest{1, what})));
    REQUIRE(decoded.has_error());
    CHECK(decoded.error().code() == Code::kInvalidArgument);
    CHECK(decoded.error().subject() == "bind");
}
