#include "api/s3/cors_rules.h"
#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

std::string configuration(const std::string& rules) {
    return "<CORSConfiguration>" + rules + "</CORSConfiguration>";
}
const std::string kRule =
    "<CORSRule><AllowedOrigin>http://*.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>"
    "<AllowedMethod>GET</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader>"
    "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>";

S3Room::Fields asks(
    const std::string& origin, const std::string& method, const std::string& headers = ""
) {
    S3Room::Fields fields{{"Origin", origin}, {"Access-Control-Request-Method", method}};
    if (!headers.empty()) {
        fields.emplace_back("Access-Control-Request-Headers", headers);
    }
    return fields;
}

}  // namespace

TEST_CASE("CORS rules are kept as given", "[api][S3Service][cors]") {
    S3Room s3;
    CHECK(s3.ask("GET", "/photos?cors").code() == "NoSuchCORSConfiguration");
    CHECK(s3.ask("PUT", "/photos?cors", configuration(kRule)).status == 200);
    const S3Answer shown = s3.ask("GET", "/photos?cors");
    CHECK(shown.element("AllowedOrigin") == "http://*.example");
    CHECK(shown.element("MaxAgeSeconds") == "60");
    CHECK(shown.element("ExposeHeader") == "ETag");
    CHECK(s3.ask("DELETE", "/photos?cors").status == 204);
    CHECK(s3.ask("GET", "/photos?cors").code() == "NoSuchCORSConfiguration");
    auto put = [&s3](const std::string& rules) {
        return s3.ask("PUT", "/photos?cors", configuration(rules)).code();
    };
    CHECK(put("") == "MalformedXML");
    CHECK(put("<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>") == "MalformedXML");
    const std::string get = "<AllowedMethod>GET</AllowedMethod></CORSRule>";
    CHECK(put("<CORSRule><AllowedOrigin>*.*</AllowedOrigin>" + get) == "InvalidRequest");
    CHECK(
        put("<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod>"
            "</CORSRule>") == "InvalidRequest"
    );
}

TEST_CASE("A browser is told beforehand what it may do", "[api][S3Service][cors]") {
    S3Room s3;
    auto ask = [&s3](const S3Room::Fields& headers) {
        return s3.ask("OPTIONS", "/photos/a", "", headers);
    };
    CHECK(ask(asks("http://app.example", "PUT")).code() == "AccessForbidden");
    s3.ask("PUT", "/photos?cors", configuration(kRule));
    s3.as_anybody();
    const S3Answer allowed = ask(asks("http://app.example", "PUT", "X-Amz-Date, x-amz-acl"));
    CHECK(allowed.status == 200);
    CHECK(allowed.header("Access-Control-Allow-Origin") == "http://app.example");
    CHECK(allowed.header("Access-Control-Allow-Methods") == "PUT, GET");
    CHECK(allowed.header("Access-Control-Allow-Headers") == "x-amz-date, x-amz-acl");
    CHECK(allowed.header("Access-Control-Max-Age") == "60");
    CHECK(allowed.header("Access-Control-Allow-Credentials") == "true");
    CHECK(ask(asks("http://app.example", "DELETE")).status == 403);
    CHECK(ask(asks("http://evil.test", "PUT")).status == 403);
    CHECK(ask(asks("http://app.example", "PUT", "content-type")).status == 403);
    CHECK(ask({}).code() == "BadRequest");
    CHECK(ask({{"Origin", "http://app.example"}}).code() == "BadRequest");
    CHECK(s3.ask("OPTIONS", "/nobody/a", "", asks("http://app.example", "PUT")).status == 403);
}

TEST_CASE("Pages of other origins get what a rule allows", "[api][S3Service][cors]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a", "x");
    s3.is_cross_origin = true;
    const S3Room::Fields page{{"Origin", "http://app.example"}};
    CHECK(s3.ask("GET", "/photos/a", "", page).code() == "AccessForbidden");
    CHECK(s3.ask("GET", "/photos/a").code() == "AccessForbidden");
    s3.is_cross_origin = false;
    s3.ask("PUT", "/photos?cors", configuration(kRule));
    s3.is_cross_origin = true;
    const S3Answer read = s3.ask("GET", "/photos/a", "", page);
    CHECK(read.body == "x");
    CHECK(read.header("Access-Control-Allow-Origin") == "http://app.example");
    CHECK(read.header("Access-Control-Expose-Headers") == "ETag");
    CHECK(read.header("Vary").find("Origin") != std::string::npos);
    const S3Answer missing = s3.ask("GET", "/photos/none", "", page);
    CHECK(missing.code() == "NoSuchKey");
    CHECK(missing.header("Access-Control-Allow-Origin") == "http://app.example");
    CHECK(s3.ask("DELETE", "/photos/a", "", page).code() == "AccessForbidden");
    CHECK(s3.ask("GET", "/", "", page).code() == "AccessForbidden");
    s3.is_cross_origin = false;
    CHECK(s3.ask("GET", "/photos/a").header("Access-Control-Allow-Origin") == "(none)");
}
