#include "base/files/own_entry.h"

#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace lambent;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65'534;

bool refused(const Result<void>& looked, const std::string& why) {
    return looked.has_error() && looked.error().code() == Code::kUnauthorised &&
           looked.error().subject() == "ownership" &&
           looked.error().message().find(why) != std::string::npos;
}

mode_t mode_of(const std::string& path) {
    struct stat about {};
    REQUIRE(::lstat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

// As sudo tells who called it.
struct CalledBy {
    explicit CalledBy(const std::string& user) { ::setenv("SUDO_UID", user.c_str(), 1); }
    ~CalledBy() { ::unsetenv("SUDO_UID"); }
};

}  // namespace

TEST_CASE("Own entries are files and directories, or not there", "[base][OwnEntry]") {
    const tests::TempDir home;
    std::ofstream(home.file("file")) << "x";
    CHECK(require_own_entry(home.file("file")).has_value());
    CHECK(require_own_entry(home.path()).has_value());
    CHECK(require_own_entry(home.file("absent")).has_value());
    CHECK(require_own_entries(home.path()).has_value());
    CHECK(require_own_entries(home.file("absent")).has_error());
}

TEST_CASE("Own entries are no links, pipes or second names", "[base][OwnEntry]") {
    const tests::TempDir home;
    std::ofstream(home.file("file")) << "x";
    fs::create_symlink(home.file("file"), home.file("link"));
    fs::create_symlink(home.file("nowhere"), home.file("dangling"));
    REQUIRE(::mkfifo(home.file("pipe").c_str(), 0600) == 0);
    CHECK(refused(require_own_entry(home.file("link")), "symbolic link"));
    CHECK(refused(require_own_entry(home.file("dangling")), "symbolic link"));
    CHECK(refused(require_own_entry(home.file("pipe")), "neither"));
    fs::create_hard_link(home.file("file"), home.file("same"));
    CHECK(refused(require_own_entry(home.file("file")), "hard link"));
    CHECK(refused(require_own_entries(home.path()), ""));
}

TEST_CASE("Own entries are closed to others", "[base][OwnEntry]") {
    const tests::TempDir home;
    fs::create_directory(home.file("inner"));
    std::ofstream(home.file("file")) << "x";
    std::ofstream(home.file("secret")) << "x";
    REQUIRE(::chmod(home.file("inner").c_str(), 0777) == 0);
    REQUIRE(::chmod(home.file("file").c_str(), 0666) == 0);
    REQUIRE(::chmod(home.file("secret").c_str(), 0600) == 0);
    CHECK(require_own_entries(home.path()).has_value());
    CHECK(mode_of(home.file("inner")) == 0755);
    CHECK(mode_of(home.file("file")) == 0600);
    CHECK(mode_of(home.file("secret")) == 0600);
}

TEST_CASE("Own entries and links on the way belong to this user", "[base][OwnEntry]") {
    const tests::TempDir home;
    std::ofstream(home.file("file")) << "x";
    fs::create_directory(home.file("real"));
    fs::create_symlink(home.file("real"), home.file("way"));
    CHECK(require_own_links(home.file("way/further/on")).has_value());
    if (::chown(home.file("file").c_str(), kNobody, kNobody) != 0) {
        return;  // only root can make the case
    }
    CHECK(refused(require_own_entry(home.file("file")), "another user (uid 65534)"));
    REQUIRE(::lchown(home.file("way").c_str(), kNobody, kNobody) == 0);
    CHECK(refused(require_own_links(home.file("way/further/on")), "link of another user"));
    for (const char* user : {"65533", "65534x", "", "-1"}) {
        CAPTURE(user);
        const CalledBy sudo(user);
        CHECK(refused(require_own_links(home.file("way/further/on")), "link of another user"));
    }
    const CalledBy sudo(std::to_string(kNobody));
    CHECK(require_own_links(home.file("way/further/on")).has_value());
    CHECK(refused(require_own_entry(home.file("file")), "another user (uid 65534)"));
}
