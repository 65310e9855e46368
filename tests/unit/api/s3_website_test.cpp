#include "api/wire/routing.h"
#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;
using api::is_website_host;
using api::website_bucket;

namespace {

const std::string kSite =
    "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
    "<ErrorDocument><Key>oops.html</Key></ErrorDocument></WebsiteConfiguration>";

struct Site : S3Room {
    Site() {
        ask("PUT", "/photos?website", kSite);
        const S3Room::Fields html{{"Content-Type", "text/html"}};
        ask("PUT", "/photos/index.html", "home", html);
        ask("PUT", "/photos/docs/index.html", "docs", html);
        ask("PUT", "/photos/oops.html", "sorry", html);
        open("s3:GetObject\",\"s3:ListBucket");
    }
    void open(const std::string& actions) {
        const std::string policy =
            R"({"Statement":{"Effect":"Allow","Principal":"*","Action":[")" + actions +
            R"("],"Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"]}})";
        REQUIRE(ask("PUT", "/photos?policy", policy).status == 204);
    }
    S3Answer browse(const std::string& path, const std::string& method = "GET") {
        return ask(method, path, "", {{"Host", "photos.s3-website.localhost:4566"}});
    }
};

}  // namespace

TEST_CASE("A website's host names its bucket", "[api][website]") {
    CHECK(website_bucket("b.s3-website.localhost:4566") == "b");
    CHECK(website_bucket("a.b.s3-website.localhost") == "a.b");
    CHECK(is_website_host("b.s3-website.localhost:4566"));
    for (const char* host :
         {"b.s3-website-eu-west-1.localhost",
          "b.s3-website.us-east-1.localhost",
          "b.s3-website.x.localhost:4566",
          "b.s3.localhost",
          "b.s3-website.example",
          ".s3-website.localhost",
          "localhost:4566"}) {
        CHECK(website_bucket(host).empty());
        CHECK_FALSE(is_website_host(host));
    }
}

TEST_CASE("A website shows folders by their index", "[api][S3Service][website]") {
    Site site;
    const S3Answer home = site.browse("/");
    CHECK(home.status == 200);
    CHECK(home.body == "home");
    CHECK(home.header("Content-Type") == "text/html");
    CHECK(site.browse("/docs/").body == "docs");
    const S3Answer folder = site.browse("/docs");
    CHECK(folder.status == 302);
    CHECK(folder.header("Location") == "/docs/");
    const S3Answer missing = site.browse("/none");
    CHECK(missing.status == 404);
    CHECK(missing.body == "sorry");
    CHECK(missing.header("Content-Type") == "text/html");
    CHECK(site.browse("/", "PUT").status == 405);
    site.ask("PUT", "/photos/old", "", {{"x-amz-website-redirect-location", "/docs/"}});
    const S3Answer moved = site.browse("/old");
    CHECK(moved.status == 301);
    CHECK(moved.header("Location") == "/docs/");
}

TEST_CASE("A website shows only what everybody may read", "[api][S3Service][website]") {
    Site site;
    site.open("s3:GetObject");
    CHECK(site.browse("/").body == "home");
    CHECK(site.browse("/none").status == 403);  // may not know
    site.ask("DELETE", "/photos?policy");
    const S3Answer closed = site.browse("/");
    CHECK(closed.status == 403);
    CHECK(closed.body.find("<li>Code: AccessDenied</li>") != std::string::npos);
    site.ask("DELETE", "/photos?website");
    CHECK(site.browse("/").body.find("NoSuchWebsiteConfiguration") != std::string::npos);
}

TEST_CASE("Website configurations are checked", "[api][S3Service][website]") {
    S3Room s3;
    CHECK(s3.ask("GET", "/photos?website").code() == "NoSuchWebsiteConfiguration");
    auto put = [&s3](const std::string& inner) {
        return s3.ask(
            "PUT", "/photos?website", "<WebsiteConfiguration>" + inner + "</WebsiteConfiguration>"
        );
    };
    CHECK(put("").code() == "InvalidArgument");
    CHECK(put("<IndexDocument><Suffix>a/b</Suffix></IndexDocument>").code() == "InvalidArgument");
    CHECK(put("<RoutingRules/>").status == 501);
    const std::string host = "<HostName>a.example</HostName>";
    CHECK(
        put("<RedirectAllRequestsTo>" + host + "<Protocol>ftp</Protocol></RedirectAllRequestsTo>")
            .code() == "MalformedXML"
    );
    CHECK(put("<RedirectAllRequestsTo>" + host + "</RedirectAllRequestsTo>").status == 200);
    CHECK(s3.ask("GET", "/photos?website").element("HostName") == "a.example");
    const S3Answer sent = s3.ask("GET", "/x", "", {{"Host", "photos.s3-website.localhost:4566"}});
    CHECK(sent.status == 301);
    CHECK(sent.header("Location") == "http://a.example/x");
}
