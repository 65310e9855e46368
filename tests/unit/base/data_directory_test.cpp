#include "base/files/data_directory.h"

#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

using namespace lambent;

TEST_CASE("DataDirectory is created closed to other users", "[base][DataDirectory]") {
    const tests::TempDir home;
    const auto held = DataDirectory::acquire(home.file("deep/data"));
    REQUIRE(held.has_value());
    struct stat about {};
    REQUIRE(::stat(held->path().c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
    CHECK(held->file("x.db") == held->path() + "/x.db");
}

TEST_CASE("DataDirectory is refused to a second holder by pid", "[base][DataDirectory]") {
    const tests::TempDir home;
    std::optional<DataDirectory> first = DataDirectory::acquire(home.file("data")).value();
    const auto second = DataDirectory::acquire(home.file("data"));
    REQUIRE(second.has_error());
    CHECK(second.error().code() == Code::kConflict);
    CHECK(second.error().message().find(std::to_string(::getpid())) != std::string::npos);
    first.reset();
    CHECK(DataDirectory::acquire(home.file("data")).has_value());
}

TEST_CASE("DataDirectory with other people's files is refused", "[base][DataDirectory]") {
    const tests::TempDir home;
    std::ofstream(home.file("thesis.tex")) << "work of years";
    const auto held = DataDirectory::acquire(home.path());
    REQUIRE(held.has_error());
    CHECK(held.error().code() == Code::kInvalidArgument);
    CHECK_FALSE(std::filesystem::exists(home.file("lambent.lock")));
}

TEST_CASE("DataDirectory that was open to others is closed", "[base][DataDirectory]") {
    const tests::TempDir home;
    REQUIRE(::chmod(home.path().c_str(), 0755) == 0);
    REQUIRE(DataDirectory::acquire(home.path()).has_value());
    struct stat about {};
    REQUIRE(::stat(home.path().c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
}

TEST_CASE("DataDirectory keeps its lock when moved", "[base][DataDirectory]") {
    const tests::TempDir home;
    DataDirectory first = DataDirectory::acquire(home.path()).value();
    const DataDirectory moved = std::move(first);
    CHECK(DataDirectory::acquire(home.path()).has_error());
}
