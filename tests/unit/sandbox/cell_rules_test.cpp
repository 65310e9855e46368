#include "sandbox/protocol/messages.h"

#include <catch2/catch.hpp>

#include <functional>

using lambent::sandbox::CellSpec;
using lambent::sandbox::Equipment;
using lambent::sandbox::validate;

namespace {

CellSpec good() {
    CellSpec spec;
    spec.argv = {"/var/task/bootstrap"};
    spec.binds = {{"/srv/code", "/var/task"}};
    spec.listen_ports = {9001};
    return spec;
}

std::string subject_of(const std::function<void(CellSpec&)>& spoil) {
    CellSpec spec = good();
    spoil(spec);
    const auto checked = validate(spec);
    return checked.has_error() ? checked.error().subject() : "";
}

}  // namespace

TEST_CASE("Cell rules accept an ordinary cell", "[sandbox][CellRules]") {
    CHECK(validate(good()).has_value());
}

TEST_CASE("Cell rules want a program with an absolute path", "[sandbox][CellRules]") {
    CHECK(subject_of([](CellSpec& spec) { spec.argv.clear(); }) == "argv");
    CHECK(subject_of([](CellSpec& spec) { spec.argv = {"bootstrap"}; }) == "argv");
    CHECK(subject_of([](CellSpec& spec) {
              spec.working_directory = "task";
          }) == "working_directory");
}

TEST_CASE("Cell rules refuse words that exec cannot carry", "[sandbox][CellRules]") {
    const std::string nul("A=\0b", 4);
    CHECK(subject_of([&](CellSpec& spec) { spec.environment = {nul}; }) == "environment variables");
    CHECK(subject_of([&](CellSpec& spec) { spec.argv.push_back(nul); }) == "arguments");
    const std::string huge(200'000, 'x');
    CHECK(subject_of([&](CellSpec& spec) { spec.argv.push_back(huge); }) == "arguments");
    const std::vector<std::string> many(2'000, "A=b");
    CHECK(subject_of([&](CellSpec& spec) { spec.environment = many; }) == "environment variables");
}

TEST_CASE("Cell rules know three mount points, each used once", "[sandbox][CellRules]") {
    CHECK(subject_of([](CellSpec& spec) { spec.binds[0].cell_path = "/var/task/.."; }) == "bind");
    CHECK(subject_of([](CellSpec& spec) { spec.binds[0].cell_path = "/proc"; }) == "bind");
    CHECK(subject_of([](CellSpec& spec) { spec.binds[0].host_path = "code"; }) == "bind");
    CHECK(subject_of([](CellSpec& spec) { spec.binds.push_back(spec.binds[0]); }) == "bind");
}

TEST_CASE("Cell rules want ports that differ and exist", "[sandbox][CellRules]") {
    CHECK(subject_of([](CellSpec& spec) { spec.listen_ports = {0}; }) == "port");
    CHECK(subject_of([](CellSpec& spec) { spec.listen_ports = {9001, 9001}; }) == "port");
    const std::vector<std::uint16_t> many{
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
    CHECK(subject_of([&](CellSpec& spec) { spec.listen_ports = many; }) == "port");
}

TEST_CASE("Cell rules refuse limits in which nothing can run", "[sandbox][CellRules]") {
    CHECK(subject_of([](CellSpec& spec) { spec.memory_bytes = 0; }) == "limits");
    CHECK(subject_of([](CellSpec& spec) { spec.tmp_bytes = 0; }) == "limits");
    CHECK(subject_of([](CellSpec& spec) { spec.processes_max = 1; }) == "limits");
    CHECK(subject_of([](CellSpec& spec) { spec.open_files_max = 0; }) == "limits");
}

TEST_CASE("Cell rules hold for what a stem is equipped with", "[sandbox][CellRules]") {
    const auto subject_of_claim = [](const std::function<void(Equipment&)>& spoil) {
        Equipment what;
        what.binds = {{"/srv/code", "/var/task"}};
        REQUIRE(validate(what).has_value());
        spoil(what);
        const auto checked = validate(what);
        return checked.has_error() ? checked.error().subject() : "";
    };
    CHECK(subject_of_claim([](Equipment& what) { what.binds[0].cell_path = "/tmp"; }) == "bind");
    CHECK(subject_of_claim([](Equipment& what) { what.binds[0].host_path = "code"; }) == "bind");
    CHECK(subject_of_claim([](Equipment& what) { what.memory_bytes = 0; }) == "limits");
    CHECK(subject_of_claim([](Equipment& what) { what.tmp_bytes = 0; }) == "limits");
    CHECK(subject_of_claim([](Equipment& what) { what.processes_max = 1; }) == "limits");
    const std::string long_one(160 * 1024 + 1, 'x');
    CHECK(subject_of_claim([&](Equipment& what) { what.message = long_one; }) == "message");
}
