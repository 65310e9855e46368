#include "sandbox/cgroups/cell_controls.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

using lambent::UniqueFd;
using namespace lambent::sandbox;

namespace {

// A memory file in the place of a control file.
UniqueFd file_with(const std::string& text) {
    UniqueFd file(::memfd_create("control", MFD_CLOEXEC));
    REQUIRE(::pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return file;
}

std::string text_of(int file) {
    char text[128];
    const ssize_t size = ::pread(file, text, sizeof(text), 0);
    return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

TEST_CASE("CPU limit is a share of a 20 ms period", "[sandbox][CellControls]") {
    CHECK(cpu_limit_text({1'000'000}, CgroupDialect::kV1) == "20000");
    CHECK(cpu_limit_text({1'000'000}, CgroupDialect::kV2) == "20000 20000");
    CHECK(cpu_limit_text({2'500'000}, CgroupDialect::kV1) == "50000");
    // 128 MB of the 1,769 MB that make one core
    CHECK(cpu_limit_text({72'357}, CgroupDialect::kV1) == "1447");
}

TEST_CASE("CPU limit never falls below what the kernel takes", "[sandbox][CellControls]") {
    CHECK(cpu_limit_text({1}, CgroupDialect::kV1) == "1000");
    CHECK(cpu_limit_text({49'999}, CgroupDialect::kV2) == "1000 20000");
}

TEST_CASE("CPU limit of zero means none", "[sandbox][CellControls]") {
    CHECK(cpu_limit_text({0}, CgroupDialect::kV1) == "-1");
    CHECK(cpu_limit_text({0}, CgroupDialect::kV2) == "max 20000");
}

TEST_CASE("CPU time is read from either dialect", "[sandbox][CellControls]") {
    CHECK(parse_cpu_time("100227345\n", CgroupDialect::kV1).value().count() == 100'227);
    const char* stat = "usage_usec 4821\nuser_usec 4000\nsystem_usec 821\n";
    CHECK(parse_cpu_time(stat, CgroupDialect::kV2).value().count() == 4'821);
    CHECK(parse_cpu_time("user_usec 4000\n", CgroupDialect::kV2).has_error());
    CHECK(parse_cpu_time("", CgroupDialect::kV1).has_error());
}

TEST_CASE("CellControls turns and reads the files that it was given", "[sandbox][CellControls]") {
    UniqueFd cpu = file_with("max 20000");
    UniqueFd freezer = file_with("0");
    const int cpu_file = cpu.get();
    const int freezer_file = freezer.get();
    CellControls controls(
        CgroupDialect::kV2,
        {std::move(cpu), std::move(freezer), file_with("62914560\n"), file_with("usage_usec 7\n")}
    );
    REQUIRE(controls.set_cpu({500'000}).has_value());
    CHECK(text_of(cpu_file) == "10000 20000");
    REQUIRE(controls.freeze().has_value());
    CHECK(text_of(freezer_file) == "1");
    REQUIRE(controls.thaw().has_value());
    CHECK(text_of(freezer_file) == "0");
    CHECK(controls.memory_peak_bytes().value() == 62'914'560);
    CHECK(controls.cpu_time().value().count() == 7);
}

TEST_CASE("CellControls reports a file that cannot be read", "[sandbox][CellControls]") {
    const CellControls controls(CgroupDialect::kV1, {});
    CHECK(controls.memory_peak_bytes().has_error());
    CHECK(controls.cpu_time().has_error());
}
