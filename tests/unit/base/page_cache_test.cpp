#include "base/files/page_cache.h"

#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace lambent;

namespace {

constexpr std::size_t kSize = 100'000;

// On disk, so that the kernel may forget it.
void write_synced(const std::string& path) {
    std::ofstream(path) << std::string(kSize, 'x');
    const int fd = ::open(path.c_str(), O_RDONLY);
    REQUIRE(fd >= 0);
    ::fsync(fd);
    ::close(fd);
}

}  // namespace

TEST_CASE("change_page_cache counts the files of a tree, not its links", "[base][files]") {
    const tests::TempDir directory;
    std::filesystem::create_directory(directory.path() + "/below");
    write_synced(directory.path() + "/one");
    write_synced(directory.path() + "/below/two");
    std::filesystem::create_symlink("one", directory.path() + "/link");
    const CachedBytes bytes = change_page_cache(directory.path(), CacheWish::kDrop);
    CHECK(bytes.size == 2 * kSize);
    CHECK(bytes.before == 2 * kSize);
    CHECK(bytes.after <= bytes.before);
    CHECK(change_page_cache(directory.path() + "/one", CacheWish::kDrop).size == kSize);
}

TEST_CASE("change_page_cache finds nothing in what is not there", "[base][files]") {
    const tests::TempDir directory;
    CHECK(change_page_cache(directory.path() + "/nothing", CacheWish::kDrop).size == 0);
    CHECK(change_page_cache("/dev/null", CacheWish::kFill).size == 0);
}

TEST_CASE("change_page_cache reads what it dropped back", "[base][files]") {
    const tests::TempDir directory;
    write_synced(directory.path() + "/one");
    change_page_cache(directory.path(), CacheWish::kDrop);
    CHECK(change_page_cache(directory.path(), CacheWish::kFill).after == kSize);
}
