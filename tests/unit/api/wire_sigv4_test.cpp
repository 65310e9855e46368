#include "api/wire/signature_verifier.h"
#include "api/wire/sigv4.h"
#include "base/files/content_hash.h"
#include "base/time_format.h"
#include "tests/unit/api/wire_signing.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::api;
using namespace lambent::tests;

namespace {

const SignedVector& vector_named(const std::string& name) {
    for (const SignedVector& vector : kSignedVectors) {
        if (vector.name == name) {
            return vector;
        }
    }
    throw std::runtime_error("there is no vector " + name);
}

// The whole judgement: nothing when the request is accepted, else the fault.
std::optional<Fault> judge(
    const http::RequestHead& head, const std::string& body, std::chrono::seconds after = {}
) {
    ManualClock clock;
    set_wall(clock, kVectorTime + after);
    const Credentials credentials = vector_credentials();
    SignatureVerifier verifier("us-east-1", credentials, clock);
    const auto query = http::parse_query(head.query);
    if (query.has_error()) {
        return Fault::kBadRequest;
    }
    const auto authorization = read_authorization(head, *query);
    if (authorization.has_error()) {
        return authorization.error().fault();
    }
    if (!authorization->has_value()) {
        return Fault::kUnsigned;
    }
    const auto claims = verifier.check_claims(head, **authorization);
    if (claims.has_error()) {
        return claims.error().fault();
    }
    const bool is_presigned_s3 = (*authorization)->form == Authorization::Form::kQuery &&
                                 (*authorization)->scope.service == "s3";
    const std::string payload =
        is_presigned_s3 ? std::string(kUnsignedPayload) : to_hex(digest(HashKind::kSha256, body));
    const auto verified = verifier.verify(head, **authorization, payload);
    return verified.has_error() ? std::optional<Fault>(verified.error().fault()) : std::nullopt;
}

std::optional<Fault> judge(const SignedVector& vector, std::chrono::seconds after = {}) {
    return judge(head_of(vector), vector.body, after);
}

}  // namespace

TEST_CASE("SignatureVerifier accepts what another implementation signed", "[api][sigv4]") {
    for (const SignedVector& vector : kSignedVectors) {
        CAPTURE(vector.name);
        CHECK_FALSE(judge(vector));
    }
}

TEST_CASE("Signing gives the published signature of the plainest request", "[api][sigv4]") {
    const CredentialScope scope{"20150830", "us-east-1", "service"};
    const std::string hash = to_hex(digest(HashKind::kSha256, ""));
    const CanonicalParts parts{
        "GET",
        "/",
        "",
        "host:example.amazonaws.com\nx-amz-date:20150830T123600Z\n",
        "host;x-amz-date",
        hash};
    const std::string text = string_to_sign("20150830T123600Z", scope, canonical_request(parts));
    const std::string key = signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", scope);
    CHECK(sign(key, text) == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST_CASE("SignatureVerifier refuses a body that was not signed", "[api][sigv4]") {
    const SignedVector& vector = vector_named("lambda-invoke");
    CHECK(judge(head_of(vector), "{\"a\":2}") == Fault::kWrongSignature);
}

TEST_CASE("SignatureVerifier takes fifteen minutes of skew and no more", "[api][sigv4]") {
    const SignedVector& vector = vector_named("lambda-invoke");
    using std::chrono::seconds;
    CHECK_FALSE(judge(vector, seconds(899)));
    CHECK_FALSE(judge(vector, seconds(-899)));
    CHECK(judge(vector, seconds(901)) == Fault::kSkewed);
    CHECK(judge(vector, seconds(-901)) == Fault::kSkewed);
}

TEST_CASE("A presigned address is good from its time to its end", "[api][sigv4]") {
    const SignedVector& vector = vector_named("s3-presigned-get");
    using std::chrono::seconds;
    CHECK_FALSE(judge(vector, seconds(3600)));
    CHECK(judge(vector, seconds(3601)) == Fault::kExpired);
    CHECK_FALSE(judge(vector, seconds(-899)));
    CHECK(judge(vector, seconds(-901)) == Fault::kExpired);
}

TEST_CASE("A presigned address is good for its method and parameters only", "[api][sigv4]") {
    http::RequestHead head = head_of(vector_named("s3-presigned-get"));
    head.method = "PUT";
    CHECK(judge(head, "") == Fault::kWrongSignature);
    head.method = "GET";
    head.query += "&acl";
    CHECK(judge(head, "") == Fault::kWrongSignature);
}

TEST_CASE("A presigned address must say each thing once, and a sensible end", "[api][sigv4]") {
    const http::RequestHead good = head_of(vector_named("s3-presigned-get"));
    const auto with_expires = [&good](const std::string& value) {
        http::RequestHead head = good;
        const std::string item = "X-Amz-Expires=3600";
        head.query.replace(head.query.find(item), item.size(), value);
        return judge(head, "");
    };
    CHECK(with_expires("X-Amz-Expires=0") == Fault::kExpired);
    CHECK(with_expires("X-Amz-Expires=-1") == Fault::kExpired);
    CHECK(with_expires("X-Amz-Expires=604801") == Fault::kExpired);
    CHECK(with_expires("X-Amz-Expires=3600x") == Fault::kMalformed);
    CHECK(with_expires("X-Amz-Expires=99999999999999999999") == Fault::kMalformed);
    CHECK(with_expires("X-Amz-Expire=3600") == Fault::kMalformed);
    CHECK(with_expires("X-Amz-Expires=3600&X-Amz-Expires=3600") == Fault::kMalformed);
    CHECK(with_expires("X-Amz-Expires=3601") == Fault::kWrongSignature);
}

TEST_CASE("A request with two signatures or two dates is refused", "[api][sigv4]") {
    http::RequestHead twice = head_of(vector_named("get-vanilla"));
    twice.headers.add("authorization", std::string(*twice.headers.find("Authorization")));
    CHECK(judge(twice, "") == Fault::kAmbiguous);

    http::RequestHead both = head_of(vector_named("s3-presigned-get"));
    both.headers.add("Authorization", "AWS4-HMAC-SHA256 x");
    CHECK(judge(both, "") == Fault::kAmbiguous);

    http::RequestHead dates = head_of(vector_named("get-vanilla"));
    dates.headers.add("X-Amz-Date", "20150830T123600Z");
    CHECK(judge(dates, "") == Fault::kAmbiguous);

    http::RequestHead query_date = head_of(vector_named("s3-presigned-get"));
    query_date.headers.add("X-Amz-Date", "20150830T123600Z");
    CHECK(judge(query_date, "") == Fault::kAmbiguous);
}

TEST_CASE("A header that matters must be signed", "[api][sigv4]") {
    http::RequestHead head = head_of(vector_named("logs-target"));
    head.headers.add("X-Amz-Meta", "1");
    CHECK(judge(head, "{}") == Fault::kUnsignedHeader);

    http::RequestHead presigned = head_of(vector_named("s3-presigned-put"));
    presigned.headers.add("x-amz-acl", "public-read");
    CHECK(judge(presigned, "") == Fault::kUnsignedHeader);

    http::RequestHead hostless = head_of(vector_named("get-vanilla"));
    std::string value(*hostless.headers.find("Authorization"));
    value.replace(value.find("host;"), 5, "");
    hostless.headers.set("Authorization", value);
    CHECK(judge(hostless, "") == Fault::kUnsignedHeader);
}

TEST_CASE("A signature for another region, day or unknown key is refused", "[api][sigv4]") {
    const auto with = [](const std::string& from, const std::string& to) {
        http::RequestHead head = head_of(vector_named("get-vanilla"));
        std::string value(*head.headers.find("Authorization"));
        value.replace(value.find(from), from.size(), to);
        head.headers.set("Authorization", value);
        return judge(head, "");
    };
    CHECK(with("us-east-1", "us-east-2") == Fault::kWrongScope);
    CHECK(with("20150830/", "20150829/") == Fault::kWrongScope);
    CHECK(with("/service/", "/lambda/") == Fault::kWrongSignature);
    CHECK(with("AKIDEXAMPLE", "AKIDEXAMPLF") == Fault::kUnknownKey);
    CHECK(with("aws4_request", "aws5_request") == Fault::kMalformed);
}

TEST_CASE("A malformed Authorization header is refused", "[api][sigv4]") {
    const std::string credential = "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
    const std::string hex(64, 'a');
    const std::string value = GENERATE_COPY(
        std::string("AWS4-HMAC-SHA256"),
        std::string("AWS AKIDEXAMPLE:c2lnbmF0dXJl"),
        std::string("Bearer x"),
        std::string("AWS4-HMAC-SHA256 "),
        "AWS4-HMAC-SHA256 " + credential,
        "AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host",
        "AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host, Signature=" + hex + "a",
        "AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host;host, Signature=" + hex,
        "AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=Host, Signature=" + hex,
        "AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=, Signature=" + hex,
        "AWS4-HMAC-SHA256 " + credential + ", " + credential +
            ", SignedHeaders=host, Signature=" + hex,
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=" + hex
    );
    CAPTURE(value);
    http::RequestHead head = head_of(vector_named("get-vanilla"));
    head.headers.set("Authorization", value);
    const auto fault = judge(head, "");
    CHECK((fault == Fault::kMalformed || fault == Fault::kUnsupported));
}

TEST_CASE("canonical_query escapes what was left bare and keeps what was escaped", "[api][sigv4]") {
    CHECK(canonical_query("b=2&a=1&a=0") == "a=0&a=1&b=2");
    CHECK(canonical_query("acl") == "acl=");
    CHECK(canonical_query("a=x/y=z") == "a=x%2Fy%3Dz");
    CHECK(canonical_query("a=%2f&b=%zz") == "a=%2f&b=%25zz");
    CHECK(canonical_query("&&a=1&") == "a=1");
    CHECK(canonical_query("X-Amz-Signature=1&a=1") == "a=1");
}

TEST_CASE("canonical_paths keeps S3's paths and normalises the others", "[api][sigv4]") {
    const auto s3 = [](const char* path) {
        return canonical_paths(path, PathRule::kS3);
    };
    CHECK(s3("/b/a/../c") == std::vector<std::string>{"/b/a/../c"});
    CHECK(s3("/b/a=1") == std::vector<std::string>{"/b/a=1", "/b/a%3D1"});
    const auto others = [](const char* path) {
        return canonical_paths(path, PathRule::kOthers).front();
    };
    CHECK(others("/a/./b//c/../d/") == "/a/b/d/");
    CHECK(others("/../..") == "/");
    CHECK(others("/arn%3Aaws") == "/arn%253Aaws");
}
