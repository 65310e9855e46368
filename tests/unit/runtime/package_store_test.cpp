#include "runtime/functions/package_store.h"

#include "base/failpoint.h"
#include "base/files/content_hash.h"
#include "base/files/durable_file.h"
#include "runtime/functions/package_check.h"
#include "tests/support/concurrently.h"
#include "tests/support/disk_calls.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zip_builder.h"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

using namespace lambent;
using tests::ZipBuilder;
namespace fs = std::filesystem;

namespace {

struct Store {
    Result<runtime::Package> put(std::string zip) {
        return tests::run_flow(loop, store.put(std::move(zip)));
    }

    tests::TempDir home;
    boost::asio::io_context loop;
    WorkerPool workers{2};
    runtime::PackageStore store{home.file("packages"), {}, workers};
};

void flip(const std::string& path, std::streamoff at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(at);
    file.put(byte);
    REQUIRE(file.good());
}

// What a flow of many finds or puts; for run_concurrently.
Task<> keep(Task<Result<runtime::Package>> flow, std::vector<Result<runtime::Package>>& results) {
    results.push_back(co_await std::move(flow));
}

// No file can be opened while this lives.
class NoDescriptors {
  public:
    NoDescriptors() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
        rlimit none = before_;
        none.rlim_cur = 0;
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

mode_t mode_of(const std::string& path) {
    struct stat about {};
    REQUIRE(::lstat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

}  // namespace

TEST_CASE("PackageStore unpacks what was zipped", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder()
                                .file("app.py", "print('hi')")
                                .file("lib/deep/data.bin", std::string("\0\1\2", 3))
                                .directory("empty/")
                                .link("lib/link", "../app.py")
                                .file("größe.txt", "umlaut")
                                .build();
    const auto package = store.put(zip);
    REQUIRE(package.has_value());
    CHECK(package->sha256 == to_hex(digest(HashKind::kSha256, zip)));
    CHECK(package->zip_bytes == zip.size());
    const std::string root = package->directory;
    CHECK(read_file(root + "/app.py").value() == "print('hi')");
    CHECK(read_file(root + "/lib/deep/data.bin").value() == std::string("\0\1\2", 3));
    CHECK(fs::is_directory(root + "/empty"));
    CHECK(fs::read_symlink(root + "/lib/link") == "../app.py");
    CHECK(read_file(root + "/größe.txt").value() == "umlaut");
}

TEST_CASE("PackageStore normalises permissions", "[functions][PackageStore]") {
    Store store;
    const mode_t before = ::umask(0077);
    const auto package = store.put(ZipBuilder()
                                       .file("bootstrap", "#!/bin/sh", 0700)
                                       .file("setuid", "x", 06711)
                                       .file("private", "x", 0600)
                                       .file("open", "x", 0666)
                                       .directory("closed/", 0700)
                                       .file("made/by/name", "x")
                                       .build());
    ::umask(before);
    REQUIRE(package.has_value());
    const std::string root = package->directory;
    CHECK(mode_of(root) == 0755);
    CHECK(mode_of(root + "/bootstrap") == 0755);
    CHECK(mode_of(root + "/setuid") == 0755);
    CHECK(mode_of(root + "/private") == 0644);
    CHECK(mode_of(root + "/open") == 0644);
    CHECK(mode_of(root + "/closed") == 0755);
    CHECK(mode_of(root + "/made/by") == 0755);
}

TEST_CASE("PackageStore takes the same bytes again", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder().file("app.py", "x").build();
    const auto first = store.put(zip);
    const auto again = store.put(zip);
    REQUIRE(again.has_value());
    CHECK(again->directory == first->directory);
    const auto entries = fs::directory_iterator(store.home.file("packages"));
    CHECK(std::distance(begin(entries), end(entries)) == 2);
}

TEST_CASE("PackageStore gives back the zip, unless it is damaged", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder().file("app.py", "x").build();
    const auto package = store.put(zip);
    REQUIRE(package.has_value());
    CHECK(tests::run_flow(store.loop, store.store.read_zip(package->sha256)).value() == zip);
    std::fstream(package->directory + ".zip", std::ios::in | std::ios::out).put('X');
    const auto damaged = tests::run_flow(store.loop, store.store.read_zip(package->sha256));
    REQUIRE(damaged.has_error());
    CHECK(damaged.error().code() == Code::kCorrupted);
}

TEST_CASE("PackageStore hands out no package with a flipped bit", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder()
                                .file("app.py", "print('hi')")
                                .file("größe.bin", std::string(200'000, 'b'))
                                .file("empty", "")
                                .directory("lib/")
                                .link("lib/link", "../app.py")
                                .build();
    const auto package = store.put(zip);
    REQUIRE(package.has_value());
    const std::string root = package->directory;
    // Of the next life, which has unpacked nothing itself.
    runtime::PackageStore later(store.home.file("packages"), {}, store.workers);
    const auto find = [&] {
        return tests::run_flow(store.loop, later.find_checked(package->sha256));
    };
    {
        runtime::PackageStore sooner(store.home.file("packages"), {}, store.workers);
        for (int i = 0; i < 2; ++i) {
            const auto sound = tests::run_flow(store.loop, sooner.find_checked(package->sha256));
            CHECK(sound->directory == root);
        }
    }
    SECTION("in the zip") {
        flip(root + ".zip", 40);
    }
    SECTION("in a file") {
        flip(root + "/größe.bin", 199'999);
    }
    SECTION("in a link") {
        fs::remove(root + "/lib/link");
        fs::create_symlink("../apq.py", root + "/lib/link");
    }
    SECTION("or a byte too many") {
        std::ofstream(root + "/empty", std::ios::app) << "x";
    }
    SECTION("or a file too few") {
        fs::remove(root + "/empty");
    }
    const auto damaged = find();
    REQUIRE(damaged.has_error());
    CHECK(damaged.error().code() == Code::kCorrupted);
    CHECK(damaged.error().subject() == "package");
    CHECK(find().has_error());
    // The same upload again mends it.
    CHECK(tests::run_flow(store.loop, later.put(zip)).has_value());
    CHECK(find()->directory == root);
    runtime::PackageStore last(store.home.file("packages"), {}, store.workers);
    CHECK(tests::run_flow(store.loop, last.find_checked(package->sha256)).has_value());
}

TEST_CASE("PackageStore checks a package once for all that want it", "[functions][PackageStore]") {
    std::atomic<int> checks{0};
    const ArmedFailpoints armed([&](std::string_view name) {
        checks += name == "package.check.begun" ? 1 : 0;
    });
    Store store;
    const std::string zip = ZipBuilder().file("app.py", std::string(3'000'000, 'x')).build();
    const auto package = store.put(zip);
    REQUIRE(package.has_value());
    checks = 0;
    runtime::PackageStore later(store.home.file("packages"), {}, store.workers);
    std::vector<Result<runtime::Package>> results;
    std::vector<Task<>> flows;
    SECTION("that is sound") {
        for (int i = 0; i < 8; ++i) {
            flows.push_back(keep(later.find_checked(package->sha256), results));
        }
        tests::run_concurrently(store.loop, std::move(flows));
        CHECK(checks == 1);
        for (const auto& found : results) {
            CHECK(found.has_value());
        }
    }
    SECTION("that is damaged") {
        flip(package->directory + "/app.py", 2'999'999);
        for (int i = 0; i < 8; ++i) {
            flows.push_back(keep(later.find_checked(package->sha256), results));
        }
        tests::run_concurrently(store.loop, std::move(flows));
        CHECK(checks == 1);
        for (const auto& found : results) {
            CHECK(found.error().code() == Code::kCorrupted);
        }
    }
    SECTION("or mends it once") {
        flip(package->directory + "/app.py", 2'999'999);
        for (int i = 0; i < 8; ++i) {
            flows.push_back(keep(later.put(zip), results));
        }
        tests::run_concurrently(store.loop, std::move(flows));
        CHECK(checks == 1);
        for (const auto& mended : results) {
            CHECK(mended.has_value());
        }
        CHECK(runtime::check_package_tree(zip, package->directory).has_value());
    }
    CHECK(results.size() == 8);
}

TEST_CASE("PackageStore takes want of descriptors for no damage", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder().file("app.py", "x").build();
    const auto package = store.put(zip);
    REQUIRE(package.has_value());
    runtime::PackageStore later(store.home.file("packages"), {}, store.workers);
    Result<void> checked;
    Result<runtime::Package> put = Error();
    {
        const NoDescriptors none;
        checked = runtime::check_package_tree(zip, package->directory);
        put = tests::run_flow(store.loop, later.put(zip));
    }
    CHECK(checked.error().code() == Code::kInternal);
    CHECK(put.error().code() == Code::kInternal);
    CHECK(tests::run_flow(store.loop, later.find_checked(package->sha256)).has_value());
}

TEST_CASE("PackageStore mends a package whose zip is lost", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder().file("app.py", "print('hi')").build();
    const auto package = store.put(zip);
    REQUIRE(package.has_value());
    fs::remove(package->directory + ".zip");
    const bool damaged = GENERATE(false, true);
    if (damaged) {
        flip(package->directory + "/app.py", 3);
    }
    runtime::PackageStore later(store.home.file("packages"), {}, store.workers);
    CHECK(tests::run_flow(store.loop, later.put(zip)).has_value());
    CHECK(read_file(package->directory + "/app.py").value() == "print('hi')");
}

TEST_CASE("PackageStore finds what it has", "[functions][PackageStore]") {
    Store store;
    const auto package = store.put(ZipBuilder().file("app.py", "x").build());
    REQUIRE(package.has_value());
    CHECK(store.store.find(package->sha256)->directory == package->directory);
    CHECK(store.store.find(std::string(64, '0')).error().code() == Code::kNotFound);
}

TEST_CASE("PackageStore collects what nobody uses", "[functions][PackageStore]") {
    Store store;
    const auto kept = store.put(ZipBuilder().file("kept.py", "x").build());
    const auto gone = store.put(ZipBuilder().file("gone.py", "x").build());
    REQUIRE((kept.has_value() && gone.has_value()));
    fs::create_directories(store.home.file("packages/.unpacking-0123/half"));
    std::ofstream(store.home.file("packages/.unpublished-0123")) << "half";
    tests::run_flow(store.loop, store.store.collect({kept->sha256}));
    CHECK(store.store.find(kept->sha256).has_value());
    CHECK(store.store.find(gone->sha256).has_error());
    const auto entries = fs::directory_iterator(store.home.file("packages"));
    CHECK(std::distance(begin(entries), end(entries)) == 2);
}

TEST_CASE("PackageStore repeats an unpacking that was cut short", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder().file("app.py", "x").build();
    const auto package = store.put(zip);
    REQUIRE(package.has_value());
    // As after a crash between the zip and its directory.
    fs::remove_all(package->directory);
    CHECK(store.store.find(package->sha256).has_error());
    CHECK(store.put(zip).has_value());
    CHECK(store.store.find(package->sha256).has_value());
}

TEST_CASE("PackageStore takes zips that other tools write", "[functions][PackageStore]") {
    Store store;
    const std::string plain = ZipBuilder().file("app.py", "x").build();
    SECTION("with sixty-four bit sizes") {
        const std::string wide =
            ZipBuilder().option("zip:zip64").file("app.py", "x").directory("lib/").build();
        CHECK(store.put(wide).has_value());
    }
    SECTION("stored") {
        CHECK(store.put(ZipBuilder().option("zip:compression=store").file("a", "x").build())
                  .has_value());
    }
    SECTION("with a comment") {
        std::string commented = plain;
        commented.replace(commented.size() - 2, 2, std::string("\5\0", 2));
        CHECK(store.put(commented + "hello").has_value());
    }
}

TEST_CASE("PackageStore syncs before it names", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder().file("app.py", "x").build();
    const std::string sha256 = to_hex(digest(HashKind::kSha256, zip));
    REQUIRE(store.put(ZipBuilder().file("other.py", "x").build()).has_value());
    const tests::DiskCalls disk;
    REQUIRE(store.put(zip).has_value());
    CHECK(
        disk.seen() ==
        std::vector<std::string>{
            "fdatasync file",
            "rename " + sha256 + ".zip",
            "fsync packages",
            "syncfs disk",
            "rename " + sha256,
            "fsync packages"}
    );
}

TEST_CASE("PackageStore keeps nothing that cannot be synced", "[functions][PackageStore]") {
    Store store;
    const std::string zip = ZipBuilder().file("app.py", "x").build();
    for (const char* call : {"fdatasync", "syncfs", "rename"}) {
        CAPTURE(call);
        tests::DiskCalls disk;
        disk.fail(call, EIO);
        CHECK(store.put(zip).has_error());
        CHECK(store.store.find(to_hex(digest(HashKind::kSha256, zip))).has_error());
    }
    CHECK(store.put(zip).has_value());
}
