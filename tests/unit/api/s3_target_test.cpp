#include "api/s3/s3_call.h"
#include "api/s3/s3_event_writer.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent::api::s3;

namespace {

std::string target(const std::string& path, const std::string& host = "127.0.0.1:4566") {
    const auto parsed = parse_target(path, host);
    return parsed.has_error() ? parsed.error().name() : parsed->bucket + "|" + parsed->key;
}

}  // namespace

TEST_CASE("A path names bucket and key, each decoded once", "[api][s3_call]") {
    CHECK(target("/") == "|");
    CHECK(target("/photos") == "photos|");
    CHECK(target("/photos/") == "photos|");
    CHECK(target("/photos/a/b.jpg") == "photos|a/b.jpg");
    CHECK(target("/photos//a") == "photos|/a");
    CHECK(target("/photos/../x") == "photos|../x");
    CHECK(target("/photos/a%2Fb") == "photos|a/b");
    CHECK(target("/photos/%252e") == "photos|%2e");
    CHECK(target("/photos/a+b%20c") == "photos|a+b c");
    CHECK(target("/photos/%00") == "InvalidURI");
    CHECK(target("/photos/%zz") == "InvalidURI");
}

TEST_CASE("A host below localhost names the bucket", "[api][s3_call]") {
    CHECK(target("/a/b", "photos.localhost:4566") == "photos|a/b");
    CHECK(target("/", "photos.localhost") == "photos|");
    CHECK(target("/a", "my.photos.s3.localhost:4566") == "my.photos|a");
    CHECK(target("/a", "s3.photos.s3-website.localhost") == "s3.photos|a");
    CHECK(target("/photos/a", "s3.localhost:4566") == "photos|a");
    CHECK(target("/photos/a", "localhost:4566") == "photos|a");
    CHECK(target("/photos/a", "[::1]:4566") == "photos|a");
}

TEST_CASE("A key is encoded in events as S3 does it", "[api][S3EventWriter]") {
    CHECK(event_key("in/red flower+1.jpg") == "in/red+flower%2B1.jpg");
    CHECK(event_key("caf\xC3\xA9%20") == "caf%C3%A9%2520");
}
