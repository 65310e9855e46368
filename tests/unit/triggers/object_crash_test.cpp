#include "base/files/content_hash.h"
#include "base/files/durable_file.h"
#include "tests/support/object_room.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

// Runs the uploader on `directory` and kills it after so many lines; what it said until then.
std::string upload_and_kill(const std::string& directory, unsigned seed, std::size_t lines_wanted) {
    int ends[2] = {};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, writing.get(), 1);
    std::string program = LAMBENT_OBJECT_UPLOADER;
    std::string where = directory;
    std::string number = std::to_string(seed);
    char* arguments[] = {program.data(), where.data(), number.data(), nullptr};
    pid_t child = 0;
    REQUIRE(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ) == 0);
    ::posix_spawn_file_actions_destroy(&actions);
    writing.reset();
    std::string said;
    std::size_t lines = 0;
    char buffer[4096];
    while (lines < lines_wanted) {
        const auto got = ::read(reading.get(), buffer, sizeof(buffer));
        REQUIRE(got > 0);
        said.append(buffer, static_cast<std::size_t>(got));
        lines = static_cast<std::size_t>(std::count(said.begin(), said.end(), '\n'));
    }
    REQUIRE(::kill(child, SIGKILL) == 0);
    for (;;) {
        const auto got = ::read(reading.get(), buffer, sizeof(buffer));
        if (got <= 0) {
            break;
        }
        said.append(buffer, static_cast<std::size_t>(got));
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    return said;
}

// For each key the sizes that may be found; 0 stands for "not there".
using Possible = std::map<std::string, std::set<std::uint64_t>>;

std::size_t follow(const std::string& said, Possible& possible) {
    std::istringstream lines(said);
    std::string line;
    std::size_t acknowledged = 0;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string verb;
        std::string key;
        std::uint64_t size = 0;
        words >> verb >> key >> size;
        auto& sizes = possible[key];
        if (sizes.empty()) {
            sizes.insert(0);
        }
        if (verb == "putting" || verb == "deleting") {
            sizes.insert(size);
        } else if (verb == "put" || verb == "deleted") {
            sizes = {size};
            acknowledged += verb == "put" ? 1 : 0;
        }
    }
    return acknowledged;
}

}  // namespace

TEST_CASE("ObjectStore loses nothing it acknowledged to kill -9", "[triggers][ObjectStore]") {
    TempDir directory;
    std::mt19937 random(20261121);
    Possible possible;
    std::size_t acknowledged = 0;
    for (unsigned life = 1; life <= 8; ++life) {
        const std::string said = upload_and_kill(directory.path(), life, 20 + random() % 300);
        acknowledged += follow(said, possible);
        ObjectRoom room(directory.path());
        ListRequest all;
        all.bucket = "photos";
        Possible found;
        std::set<std::string> blobs;
        for (const ObjectInfo& object : room.run(room.store->list(all)).value().objects) {
            found[object.key] = {object.size};
            blobs.insert(object.blob);
            const auto file = room.run(room.store->open({"photos", object.key}));
            REQUIRE(file.has_value());
            const std::string path =
                directory.file("objects/blobs/" + object.blob.substr(0, 2) + "/" + object.blob);
            const std::string bytes = read_file(path).value();
            CHECK(to_hex(digest(HashKind::kSha256, bytes)) == object.blob);
        }
        for (auto& [key, sizes] : possible) {
            if (!key.empty()) {
                const std::uint64_t size = found.contains(key) ? *found[key].begin() : 0;
                CAPTURE(life, key, size);
                CHECK(sizes.contains(size));
                sizes = {size};
            }
        }
        CHECK(room.files() == blobs);
        // Each put that counts raised its event in the same transaction.
        CHECK(room.events().size() >= acknowledged);
    }
    CHECK(acknowledged > 50);
}
