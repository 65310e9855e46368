#include "runtime/functions/package_store.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zip_builder.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace lambent;
using runtime::PackageLimits;
using tests::zip_header;
using tests::ZipBuilder;
namespace fs = std::filesystem;

namespace {

// A store in a directory whose neighbours must stay untouched.
struct Target {
    Result<runtime::Package> put(std::string zip) {
        return tests::run_flow(loop, store.put(std::move(zip)));
    }

    tests::TempDir home;
    boost::asio::io_context loop;
    WorkerPool workers{1};
    PackageLimits limits{1 << 20, 4 << 20, 1'000};
    runtime::PackageStore store{home.file("inner/packages"), limits, workers};
};

// Every file below `directory`, so that whatever escapes or stays behind is seen.
std::vector<std::string> files_below(const std::string& directory) {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        found.push_back(entry.path().string());
    }
    return found;
}

void check_refused(std::string zip, Code code = Code::kInvalidArgument) {
    Target target;
    const auto refused = target.put(std::move(zip));
    REQUIRE(refused.has_error());
    INFO(refused.error().message());
    CHECK(refused.error().code() == code);
    CHECK(refused.error().subject() == "zip");
    // The store's own two directories, and nothing in or beside them.
    CHECK(files_below(target.home.path()).size() <= 2);
}

std::string with_bytes(std::string zip, std::size_t at, std::string_view bytes) {
    zip.replace(at, bytes.size(), bytes);
    return zip;
}

}  // namespace

TEST_CASE("PackageStore refuses names that climb out", "[functions][PackageStore]") {
    for (const char* name :
         {"../escaped.py",
          "a/../../escaped.py",
          "a/b/../../../escaped.py",
          "..",
          "/etc/escaped.py",
          "//escaped.py",
          "C:/escaped.py",
          "..\\escaped.py",
          "a\\..\\..\\escaped.py",
          "a/..",
          "new\nline.py"}) {
        CAPTURE(name);
        check_refused(ZipBuilder().file("app.py", "ok").file(name, "evil").build());
    }
    check_refused(ZipBuilder().directory("../outside/").build());
    check_refused(ZipBuilder().file(std::string(300, 'n'), "long").build());
    check_refused(ZipBuilder().file(std::string(60'000, 'n'), "longer").build());
}

TEST_CASE("PackageStore refuses links that lead out", "[functions][PackageStore]") {
    for (const char* target :
         {"/etc/passwd", "..", "../..", "lib/../../x", "../sibling", "./../x", "/"}) {
        CAPTURE(target);
        check_refused(ZipBuilder().file("app.py", "ok").link("way-out", target).build());
    }
    check_refused(ZipBuilder().link("a/b/way-out", "../../../x").build());
}

TEST_CASE("PackageStore refuses links that lead out together", "[functions][PackageStore]") {
    // Each target stays inside when read as text; walked, the second leaves.
    check_refused(ZipBuilder()
                      .directory("deep/er/")
                      .link("deep/er/top", "../..")
                      .link("way-out", "deep/er/top/../x")
                      .build());
    check_refused(ZipBuilder().link("one", "two").link("two", "one").build());
}

TEST_CASE("PackageStore refuses to write through a link", "[functions][PackageStore]") {
    check_refused(ZipBuilder().link("lib", "elsewhere").file("lib/x.py", "evil").build());
    check_refused(
        ZipBuilder().directory("real/").link("lib", "real").file("lib/x.py", "evil").build()
    );
    check_refused(ZipBuilder().link("app.py", "other.py").file("app.py", "evil").build());
}

TEST_CASE("PackageStore refuses names that overlap", "[functions][PackageStore]") {
    check_refused(ZipBuilder().file("app.py", "one").file("app.py", "two").build());
    check_refused(ZipBuilder().file("app.py", "one").file("./app.py", "two").build());
    check_refused(ZipBuilder().file("lib", "file").file("lib/x.py", "below it").build());
    check_refused(ZipBuilder().file("lib/x.py", "first").file("lib", "file").build());
    check_refused(ZipBuilder().file("lib", "file").directory("lib/").build());
}

TEST_CASE("PackageStore counts what comes out of a bomb", "[functions][PackageStore]") {
    const std::string zeros(5 << 20, '\0');
    std::string bomb = ZipBuilder().file("app.py", zeros).build();
    REQUIRE(bomb.size() < zeros.size() / 100);
    check_refused(bomb, Code::kTooLarge);
    SECTION("whose header says it is small") {
        const std::size_t central = zip_header(bomb, "\1\2");
        Target target;
        CHECK(target.put(with_bytes(bomb, central + 24, std::string("\x10\0\0\0", 4))).has_error());
    }
    SECTION("in pieces") {
        ZipBuilder pieces;
        for (int i = 0; i < 5; ++i) {
            pieces.file("part" + std::to_string(i), zeros.substr(0, 1 << 20));
        }
        check_refused(pieces.build(), Code::kTooLarge);
    }
}

TEST_CASE("PackageStore refuses too many entries", "[functions][PackageStore]") {
    ZipBuilder many;
    for (int i = 0; i < 1'001; ++i) {
        many.file("f" + std::to_string(i), "");
    }
    check_refused(many.build(), Code::kTooLarge);
}

TEST_CASE("PackageStore refuses a zip that is too large", "[functions][PackageStore]") {
    check_refused(
        ZipBuilder().option("zip:compression=store").file("a", std::string(1 << 20, 'a')).build(),
        Code::kTooLarge
    );
}

TEST_CASE("PackageStore refuses what is encrypted", "[functions][PackageStore]") {
    check_refused(ZipBuilder().option("zip:encryption=zipcrypt").file("app.py", "secret").build());
}

TEST_CASE("PackageStore refuses what is no zip", "[functions][PackageStore]") {
    check_refused("");
    check_refused("PK");
    check_refused("#!/bin/sh\necho I am a script\n");
    check_refused(std::string(100'000, 'x'));
    check_refused(ZipBuilder().build());
}

TEST_CASE("PackageStore refuses a zip that was cut", "[functions][PackageStore]") {
    const std::string whole =
        ZipBuilder().file("a.py", std::string(5'000, 'a')).file("b.py", "print()").build();
    for (std::size_t size = 1; size < whole.size(); size += 7) {
        CAPTURE(size, whole.size());
        check_refused(whole.substr(0, size));
    }
}

TEST_CASE("PackageStore refuses bytes that fail their checksum", "[functions][PackageStore]") {
    const std::string whole = ZipBuilder()
                                  .option("zip:compression=store")
                                  .file("app.py", "print('the good code')")
                                  .build();
    const std::size_t at = whole.find("good");
    check_refused(with_bytes(whole, at, "evil"));
}

TEST_CASE("PackageStore refuses sizes that contradict", "[functions][PackageStore]") {
    for (const char* compression : {"store", "deflate"}) {
        CAPTURE(compression);
        const std::string whole = ZipBuilder()
                                      .option(std::string("zip:compression=") + compression)
                                      .file("app.py", std::string(1'000, 'a'))
                                      .build();
        const std::size_t central = zip_header(whole, "\1\2");
        check_refused(with_bytes(whole, central + 24, std::string("\x10\0\0\0", 4)));
        check_refused(with_bytes(whole, central + 24, std::string("\xff\xff\0\0", 4)));
    }
}

TEST_CASE("PackageStore refuses headers that contradict", "[functions][PackageStore]") {
    const std::string whole = ZipBuilder()
                                  .option("zip:compression=store")
                                  .file("good.py", std::string(100, 'a'))
                                  .file("next.py", std::string(100, 'b'))
                                  .build();
    const std::size_t central = zip_header(whole, "\1\2");
    const std::size_t local = zip_header(whole, "\3\4");
    const std::size_t second = zip_header(whole, "\1\2", 1);
    SECTION("another name in the directory") {
        check_refused(with_bytes(whole, central + 46, "evil.py"));
    }
    SECTION("another name in the header") {
        check_refused(with_bytes(whole, local + 30, "../e.py"));
    }
    SECTION("another method") {
        check_refused(with_bytes(whole, local + 8, "\x08"));
    }
    SECTION("an unknown method") {
        const std::string lzma = with_bytes(whole, local + 8, "\x0e");
        check_refused(with_bytes(lzma, central + 10, "\x0e"));
    }
    SECTION("one entry's bytes for two") {
        check_refused(with_bytes(whole, second + 42, std::string("\0\0\0\0", 4)));
    }
    SECTION("an offset behind the end") {
        check_refused(with_bytes(whole, central + 42, "\xff\xff\xff\x7f"));
    }
    SECTION("fewer entries than there are") {
        check_refused(with_bytes(whole, whole.size() - 12, std::string("\x01\0", 2)));
    }
    SECTION("more entries than there are") {
        check_refused(with_bytes(whole, whole.size() - 12, std::string("\x03\0", 2)));
    }
    SECTION("bytes behind the end") {
        check_refused(whole + "trailing");
    }
}

TEST_CASE("PackageStore survives random damage", "[functions][PackageStore]") {
    const std::string whole = ZipBuilder()
                                  .file("app.py", std::string(300, 'a'))
                                  .link("lib/link", "../app.py")
                                  .directory("empty/")
                                  .build();
    std::uint32_t random = 1;
    for (int round = 0; round < 300; ++round) {
        std::string damaged = whole;
        for (int i = 0; i < 3; ++i) {
            random = random * 1'664'525 + 1'013'904'223;
            damaged[(random >> 8) % damaged.size()] = static_cast<char>(random >> 24);
        }
        Target target;
        const auto outcome = target.put(damaged);
        if (outcome.has_error()) {
            CHECK(outcome.error().code() == Code::kInvalidArgument);
            CHECK(files_below(target.home.path()).size() <= 2);
        } else {
            for (const std::string& file : files_below(target.home.path())) {
                CHECK(file.starts_with(target.home.file("inner")));
            }
        }
    }
}
