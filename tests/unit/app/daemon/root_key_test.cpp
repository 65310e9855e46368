#include "app/daemon/root_key.h"

#include "base/files/durable_file.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <regex>

namespace lambent::app {
namespace {

TEST_CASE("Root key is made once and found again", "[app][RootKey]") {
    const tests::TempDir directory;
    const RootKey made = load_or_make_root_key(directory.path()).value();
    const RootKey found = load_or_make_root_key(directory.path()).value();
    CHECK(std::regex_match(made.access_key, std::regex("AKIA[0-9A-F]{16}")));
    CHECK(made.secret.size() == 40);
    CHECK(found.access_key == made.access_key);
    CHECK(found.secret == made.secret);
}

TEST_CASE("Root key can be read by its owner alone", "[app][RootKey]") {
    const tests::TempDir directory;
    REQUIRE(load_or_make_root_key(directory.path()).has_value());
    const auto mode = std::filesystem::status(directory.path() + "/credentials.json").permissions();
    CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("Root key file that is damaged is refused, never replaced", "[app][RootKey]") {
    const tests::TempDir directory;
    auto file = DurableFile::create(directory.path()).value();
    REQUIRE(file.write("{}").has_value());
    REQUIRE(file.publish("credentials.json").has_value());
    const auto result = load_or_make_root_key(directory.path());
    REQUIRE(result.has_error());
    CHECK(result.error().code() == Code::kCorrupted);
    CHECK(read_file(directory.path() + "/credentials.json").value() == "{}");
}

}  // namespace
}  // namespace lambent::app
