#include "runtime/functions/package_path.h"

#include <catch2/catch.hpp>

using lambent::runtime::link_stays_inside;
using lambent::runtime::package_path;
using Path = std::vector<std::string>;

TEST_CASE("package_path splits and skips what means nothing", "[functions][package_path]") {
    CHECK(package_path("a/b.py").value() == Path{"a", "b.py"});
    CHECK(package_path("./a//b/").value() == Path{"a", "b"});
    CHECK(package_path("./").value().empty());
    CHECK(package_path("...").value() == Path{"..."});
    CHECK(package_path("a..b").value() == Path{"a..b"});
}

TEST_CASE("package_path says why it refuses", "[functions][package_path]") {
    CHECK(package_path("").has_error());
    CHECK(package_path("/a").error().message().find("absolute") != std::string::npos);
    CHECK(package_path("a/../b").error().message().find("leaves") != std::string::npos);
    CHECK(package_path("c:x").has_error());
    CHECK(package_path(std::string("a\0b", 3)).has_error());
    CHECK(package_path(std::string(1'025, 'a')).has_error());
}

TEST_CASE("link_stays_inside walks from where the link lies", "[functions][package_path]") {
    CHECK(link_stays_inside({}, "app.py"));
    CHECK(link_stays_inside({"bin"}, "../lib/app.py"));
    CHECK(link_stays_inside({"a", "b"}, "../../app.py"));
    CHECK(link_stays_inside({"a"}, ".."));
    CHECK_FALSE(link_stays_inside({"a"}, "../.."));
    CHECK_FALSE(link_stays_inside({}, "a/../../b"));
    CHECK_FALSE(link_stays_inside({}, "/app.py"));
    CHECK_FALSE(link_stays_inside({}, ""));
}
