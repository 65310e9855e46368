#include "base/files/durable_file.h"

#include "tests/support/disk_calls.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

using namespace lambent;
namespace fs = std::filesystem;

namespace {

std::size_t entries_of(const std::string& directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator())
    );
}

}  // namespace

TEST_CASE("DurableFile appears under its name only when published", "[base][DurableFile]") {
    const tests::TempDir home;
    auto file = DurableFile::create(home.path());
    REQUIRE(file.has_value());
    REQUIRE(file->write("half ").has_value());
    REQUIRE(file->write("whole").has_value());
    CHECK(file->size() == 10);
    CHECK_FALSE(fs::exists(home.file("name")));
    REQUIRE(file->publish("name").has_value());
    CHECK(read_file(home.file("name")).value() == "half whole");
    CHECK(entries_of(home.path()) == 1);
}

TEST_CASE("DurableFile replaces a file of the same name", "[base][DurableFile]") {
    const tests::TempDir home;
    for (const char* text : {"first", "second"}) {
        auto file = DurableFile::create(home.path());
        REQUIRE(file.has_value());
        REQUIRE(file->write(text).has_value());
        REQUIRE(file->publish("name").has_value());
    }
    CHECK(read_file(home.file("name")).value() == "second");
}

TEST_CASE("DurableFile dropped before publish leaves nothing", "[base][DurableFile]") {
    const tests::TempDir home;
    {
        auto file = DurableFile::create(home.path());
        REQUIRE(file.has_value());
        REQUIRE(file->write("never seen").has_value());
        DurableFile moved = std::move(*file);
        CHECK(moved.size() == 10);
    }
    CHECK(entries_of(home.path()) == 0);
}

TEST_CASE("DurableFile is readable by its owner alone", "[base][DurableFile]") {
    const tests::TempDir home;
    auto file = DurableFile::create(home.path());
    REQUIRE(file.has_value());
    REQUIRE(file->publish("secret").has_value());
    struct stat about {};
    REQUIRE(::stat(home.file("secret").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
}

TEST_CASE("remove_unpublished clears what a killed writer left", "[base][DurableFile]") {
    const tests::TempDir home;
    auto kept = DurableFile::create(home.path());
    REQUIRE(kept.has_value());
    REQUIRE(kept->publish("kept").has_value());
    auto abandoned = DurableFile::create(home.path());
    REQUIRE(abandoned.has_value());
    REQUIRE(entries_of(home.path()) == 2);
    REQUIRE(remove_unpublished(home.path()).has_value());
    CHECK(entries_of(home.path()) == 1);
    CHECK(fs::exists(home.file("kept")));
}

TEST_CASE("DurableFile in a missing directory is an error", "[base][DurableFile]") {
    const tests::TempDir home;
    const auto file = DurableFile::create(home.file("missing"));
    REQUIRE(file.has_error());
    CHECK(file.error().code() == Code::kNotFound);
}

TEST_CASE("make_directories makes parents for the owner alone", "[base][DurableFile]") {
    const tests::TempDir home;
    REQUIRE(make_directories(home.file("a/b/c")).has_value());
    REQUIRE(make_directories(home.file("a/b/c")).has_value());
    struct stat about {};
    REQUIRE(::stat(home.file("a/b").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
}

TEST_CASE("DurableFile syncs, renames, and syncs the name", "[base][DurableFile]") {
    const tests::TempDir home;
    REQUIRE(make_directories(home.file("place")).has_value());
    const tests::DiskCalls disk;
    auto file = DurableFile::create(home.file("place"));
    REQUIRE(file.has_value());
    REQUIRE(file->write("bytes").has_value());
    REQUIRE(file->publish("name").has_value());
    CHECK(disk.seen() == std::vector<std::string>{"fdatasync file", "rename name", "fsync place"});
}

TEST_CASE("DurableFile that cannot be synced does not appear", "[base][DurableFile]") {
    const tests::TempDir home;
    auto file = DurableFile::create(home.path());
    REQUIRE(file.has_value());
    tests::DiskCalls disk;
    disk.fail("fdatasync", EIO);
    const Result<void> failed = file->publish("name");
    REQUIRE(failed.has_error());
    CHECK(failed.error().code() == Code::kUnavailable);
    CHECK_FALSE(fs::exists(home.file("name")));
}

TEST_CASE("DurableFile whose name cannot be synced is an error", "[base][DurableFile]") {
    const tests::TempDir home;
    auto file = DurableFile::create(home.path());
    REQUIRE(file.has_value());
    tests::DiskCalls disk;
    disk.fail("fsync", ENOSPC);
    const Result<void> failed = file->publish("name");
    REQUIRE(failed.has_error());
    CHECK(failed.error().subject() == "disk_full");
}

TEST_CASE("make_directories syncs every name that it makes", "[base][DurableFile]") {
    const tests::TempDir home;
    REQUIRE(make_directories(home.file("a")).has_value());
    const tests::DiskCalls disk;
    REQUIRE(make_directories(home.file("a/b/c")).has_value());
    // b's name in a, c's name in b; then c's once more, as when an earlier life had died between.
    CHECK(disk.seen() == std::vector<std::string>{"fsync a", "fsync b", "fsync b"});
}
