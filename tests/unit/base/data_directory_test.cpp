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

TEST_CASE("DataDirectory of another user is refused to root as well", "[base][DataDirectory]") {
    const tests::TempDir home;
    if (::chown(home.path().c_str(), 65'534, 65'534) != 0) {
        return;  // only root can make the case
    }
    const auto held = DataDirectory::acquire(home.path());
    REQUIRE(held.has_error());
    CHECK(held.error().code() == Code::kUnauthorised);
    CHECK(held.error().message().find("another user (uid 65534)") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(home.file("lambent.lock")));
}

TEST_CASE("DataDirectory with a link in place of a file is refused", "[base][DataDirectory]") {
    const tests::TempDir elsewhere;
    std::ofstream(elsewhere.file("precious")) << "work of years";
    for (const char* name : {"lambent.lock", "lambent.db", "credentials.json", "cells", "my.log"}) {
        CAPTURE(name);
        const tests::TempDir home;
        REQUIRE(DataDirectory::acquire(home.path()).has_value());
        std::filesystem::remove(home.file(name));
        std::filesystem::create_symlink(elsewhere.file("precious"), home.file(name));
        const auto held = DataDirectory::acquire(home.path());
        REQUIRE(held.has_error());
        CHECK(held.error().code() == Code::kUnauthorised);
        CHECK(
            held.error().message().find(std::string(name) + " is a symbolic link") !=
            std::string::npos
        );
    }
    CHECK(std::filesystem::file_size(elsewhere.file("precious")) == 13);
}

TEST_CASE("DataDirectory takes rights to its files from others", "[base][DataDirectory]") {
    const tests::TempDir home;
    REQUIRE(DataDirectory::acquire(home.path()).has_value());
    std::ofstream(home.file("credentials.json")) << "{}";
    REQUIRE(::chmod(home.file("credentials.json").c_str(), 0644) == 0);
    REQUIRE(DataDirectory::acquire(home.path()).has_value());
    struct stat about {};
    REQUIRE(::stat(home.file("credentials.json").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
}
