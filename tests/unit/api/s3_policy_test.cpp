#include "api/s3/bucket_policy.h"
#include "api/s3/policy_text.h"
#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;
using api::s3::Access;
using api::s3::AccessRequest;
using api::s3::BucketPolicy;

namespace {

// A statement in which only `parts` matter.
std::string statement(const std::string& effect, const std::string& parts) {
    return R"({"Effect":")" + effect + "\"," + parts + "}";
}
std::string policy(const std::string& statements) {
    return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}
const std::string kRead =
    R"("Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/public/*")";

AccessRequest reading(const std::string& key) {
    AccessRequest request;
    request.action = "s3:GetObject";
    request.resource = "arn:aws:s3:::photos/" + key;
    return request;
}
Access decide(const std::string& statements, const AccessRequest& request) {
    return BucketPolicy::parse(policy(statements), "photos").value().decide(request);
}
std::string refusal(const std::string& text) {
    const auto parsed = BucketPolicy::parse(text, "photos");
    return parsed.has_error() ? parsed.error().message() : "";
}
bool holds(const std::string& condition, const api::s3::PolicyContext& context) {
    AccessRequest request = reading("public/a");
    request.context = context;
    const std::string text = statement("Allow", kRead + ",\"Condition\":{" + condition + "}");
    return decide(text, request) == Access::kAllowed;
}

}  // namespace

TEST_CASE("Patterns of policies match text", "[api][policy]") {
    using api::s3::matches_pattern;
    CHECK(matches_pattern("*", ""));
    CHECK(matches_pattern("a*c", "abbc"));
    CHECK(matches_pattern("a?c", "abc"));
    CHECK_FALSE(matches_pattern("a?c", "ac"));
    CHECK(matches_pattern("*a*b*", "xxaxxbxx"));
    CHECK_FALSE(matches_pattern("*a*b", "ba"));
    CHECK_FALSE(matches_pattern("GET", "get"));
    CHECK(matches_pattern("GET", "get", api::s3::LetterCase::kIgnored));
    CHECK_FALSE(matches_pattern(std::string(200, '*') + "x", std::string(10'000, 'y')));
}

TEST_CASE("A policy allows, denies or says nothing", "[api][policy]") {
    const std::string allow = statement("Allow", kRead);
    CHECK(decide(allow, reading("public/a")) == Access::kAllowed);
    CHECK(decide(allow, reading("private/a")) == Access::kUnmentioned);
    AccessRequest writing = reading("public/a");
    writing.action = "s3:PutObject";
    CHECK(decide(allow, writing) == Access::kUnmentioned);
    const std::string deny = statement(
        "Deny", R"("Principal":"*","NotAction":"s3:getobject","Resource":["arn:aws:s3:::photos/*"])"
    );
    CHECK(decide(allow + "," + deny, writing) == Access::kDenied);
    CHECK(decide(deny + "," + allow, reading("public/a")) == Access::kAllowed);
    const std::string secret = statement(
        "Deny", R"("Principal":"*","Action":"s3:*","NotResource":"arn:aws:s3:::photos/public/*")"
    );
    CHECK(decide(secret, reading("x")) == Access::kDenied);
    CHECK(decide(secret, reading("public/x")) == Access::kUnmentioned);
    const std::string others = statement(
        "Deny", R"("NotPrincipal":{"AWS":"111"},"Action":"*","Resource":"arn:aws:s3:::photos/*")"
    );
    AccessRequest known = reading("x");
    known.principals = {"111"};
    CHECK(decide(others, known) == Access::kUnmentioned);
    CHECK(decide(others, reading("x")) == Access::kDenied);
}

TEST_CASE("Conditions narrow a statement", "[api][policy]") {
    CHECK(holds(R"("StringEquals":{"s3:prefix":["a","b"]})", {{"s3:prefix", "b"}}));
    CHECK_FALSE(holds(R"("StringEquals":{"s3:prefix":"a"})", {{"s3:prefix", "b"}}));
    CHECK_FALSE(holds(R"("StringEquals":{"s3:prefix":"a"})", {}));
    CHECK(holds(R"("StringEqualsIfExists":{"s3:prefix":"a"})", {}));
    CHECK(holds(R"("StringNotEquals":{"s3:prefix":"a"})", {}));
    CHECK(holds(R"("StringLike":{"aws:Referer":"http://a/*"})", {{"aws:referer", "http://a/b"}}));
    CHECK(holds(R"("IpAddress":{"aws:SourceIp":"10.0.0.0/9"})", {{"aws:sourceip", "10.1.2.3"}}));
    CHECK_FALSE(
        holds(R"("IpAddress":{"aws:SourceIp":"10.0.0.0/9"})", {{"aws:sourceip", "10.200.0.1"}})
    );
    CHECK(holds(R"("NotIpAddress":{"aws:SourceIp":["::1"]})", {{"aws:sourceip", "127.0.0.1"}}));
    CHECK(holds(R"("Bool":{"aws:SecureTransport":false})", {{"aws:securetransport", "false"}}));
    CHECK(holds(R"("NumericLessThanEquals":{"s3:max-keys":"10"})", {{"s3:max-keys", "10"}}));
    CHECK_FALSE(holds(R"("NumericLessThan":{"s3:max-keys":10})", {{"s3:max-keys", "10"}}));
    CHECK(holds(
        R"("DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"})",
        {{"aws:currenttime", "2026-01-02T00:00:00Z"}}
    ));
    CHECK(holds(R"("Null":{"s3:if-none-match":"true"})", {}));
    CHECK_FALSE(holds(R"("Null":{"s3:if-none-match":"true"})", {{"s3:if-none-match", "*"}}));
}

TEST_CASE("A condition's values are what its operator compares", "[api][policy]") {
    const auto refused = [](const std::string& condition) {
        return refusal(policy(statement(
            "Deny",
            R"("Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::photos/*","Condition":{)" +
                condition + "}"
        )));
    };
    const std::string invalid = "Invalid condition value in policy";
    CHECK(refused(R"("NotIpAddress":{"aws:SourceIp":"10.0.0.0/33"})") == invalid);
    CHECK(refused(R"("NotIpAddress":{"aws:SourceIp":["::1/64","home"]})") == invalid);
    CHECK(refused(R"("IpAddress":{"aws:SourceIp":"10.0.0.0/"})") == invalid);
    CHECK(refused(R"("NumericLessThan":{"s3:max-keys":"ten"})") == invalid);
    CHECK(refused(R"("Null":{"s3:prefix":"maybe"})") == invalid);
    CHECK(refused(R"("IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]})").empty());
}

TEST_CASE("Policies that S3 would not take are refused", "[api][policy]") {
    CHECK(refusal("x") == "Policies must be valid JSON and the first byte must be '{'");
    CHECK(refusal("{}") == "Missing required field Statement");
    CHECK(refusal(policy(statement("Maybe", kRead))) == "Invalid effect: \"Maybe\"");
    CHECK(refusal(policy(R"({"Effect":"Allow"})")) == "Missing required field Principal");
    const std::string all = R"("Resource":"arn:aws:s3:::photos/*")";
    CHECK(
        refusal(policy(statement("Allow", R"("Principal":"x","Action":"s3:*",)" + all))) ==
        "Invalid principal in policy"
    );
    CHECK(
        refusal(policy(statement("Allow", R"("Principal":"*","Action":"ec2:Run",)" + all))) ==
        "Policy has invalid action"
    );
    const std::string foreign = R"("Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*")";
    CHECK(refusal(policy(statement("Allow", foreign))) == "Policy has invalid resource");
    CHECK(
        refusal(policy(statement("Allow", kRead + R"(,"Condition":{"Sometimes":{"a":"b"}})"))) ==
        "Invalid Condition type : Sometimes"
    );
    CHECK(refusal(std::string(21'000, ' ')).find("maximum") != std::string::npos);
}

TEST_CASE("Strangers get what a bucket's policy allows", "[api][S3Service][policy]") {
    S3Room s3;
    s3.ask("PUT", "/photos/public/a", "shown");
    s3.ask("PUT", "/photos/private", "hidden");
    s3.as_anybody();
    CHECK(s3.ask("GET", "/photos/public/a").code() == "AccessDenied");
    CHECK(s3.ask("GET", "/").code() == "AccessDenied");
    CHECK(s3.ask("PUT", "/mine").code() == "AccessDenied");
    CHECK(s3.ask("GET", "/nobody/a").code() == "NoSuchBucket");
    s3.as_owner();
    CHECK(s3.ask("PUT", "/photos?policy", policy(statement("Allow", kRead))).status == 204);
    s3.as_anybody();
    CHECK(s3.ask("GET", "/photos/public/a").body == "shown");
    CHECK(s3.ask("GET", "/photos/private").code() == "AccessDenied");
    CHECK(s3.ask("GET", "/photos/public/none").code() == "AccessDenied");  // may not know
    CHECK(s3.ask("PUT", "/photos/public/b", "x").code() == "AccessDenied");
    CHECK(s3.ask("DELETE", "/photos/public/a").code() == "AccessDenied");
    CHECK(s3.ask("GET", "/photos").code() == "AccessDenied");
    CHECK(s3.ask("GET", "/photos?policy").code() == "AccessDenied");
    const S3Answer batch =
        s3.ask("POST", "/photos?delete", "<Delete><Object><Key>public/a</Key></Object></Delete>");
    CHECK(batch.body.find("<Code>AccessDenied</Code>") != std::string::npos);
    s3.as_owner();
    CHECK(s3.ask("GET", "/photos?policyStatus").element("IsPublic") == "true");
    CHECK(s3.ask("DELETE", "/photos?policy").status == 204);
    CHECK(s3.ask("GET", "/photos?policy").code() == "NoSuchBucketPolicy");
    s3.as_anybody();
    CHECK(s3.ask("GET", "/photos/public/a").code() == "AccessDenied");
}

TEST_CASE("Denials bind functions and the owner", "[api][S3Service][policy]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a", "x");
    const std::string function = "arn:aws:lambda:us-east-1:000000000000:function:resize";
    const std::string deny = statement(
        "Deny",
        R"("Principal":{"AWS":")" + function +
            R"("},"Action":"s3:Put*","Resource":"arn:aws:s3:::photos/*")"
    );
    CHECK(s3.ask("PUT", "/photos?policy", policy(deny)).status == 204);
    s3.as_function();
    CHECK(s3.ask("GET", "/photos/a").body == "x");
    CHECK(s3.ask("PUT", "/photos/a", "y").code() == "AccessDenied");
    CHECK(s3.ask("PUT", "/photos/b", "", {{"x-amz-copy-source", "photos/a"}}).status == 403);
    s3.as_owner();
    CHECK(s3.ask("PUT", "/photos/a", "y").status == 200);
    const std::string everything =
        R"("Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::photos","arn:aws:s3:::photos/*"])";
    CHECK(s3.ask("PUT", "/photos?policy", policy(statement("Deny", everything))).status == 204);
    CHECK(s3.ask("GET", "/photos/a").code() == "AccessDenied");
    CHECK(s3.ask("GET", "/photos?policy").status == 200);
    CHECK(s3.ask("DELETE", "/photos?policy").status == 204);
    CHECK(s3.ask("GET", "/photos/a").status == 200);
}

TEST_CASE("Policies may look at an object's tags", "[api][S3Service][policy]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a", "x", {{"x-amz-tagging", "open=yes"}});
    s3.ask("PUT", "/photos/b", "x");
    const std::string tagged =
        R"("Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*",)"
        R"("Condition":{"StringEquals":{"s3:ExistingObjectTag/open":"yes"}})";
    CHECK(s3.ask("PUT", "/photos?policy", policy(statement("Allow", tagged))).status == 204);
    s3.as_anybody();
    CHECK(s3.ask("GET", "/photos/a").body == "x");
    CHECK(s3.ask("GET", "/photos/b").code() == "AccessDenied");
}

TEST_CASE("Only as an account is a star everybody", "[api][policy]") {
    const auto of = [](const std::string& principal) {
        return statement(
            "Allow",
            "\"Principal\":{" + principal +
                R"(},"Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*")"
        );
    };
    CHECK(decide(of(R"("AWS":"*")"), reading("a")) == Access::kAllowed);
    CHECK(decide(of(R"("Service":"a.example","AWS":["1","*"])"), reading("a")) == Access::kAllowed);
    for (const char* kind : {"Service", "Federated", "CanonicalUser"}) {
        const std::string text = of("\"" + std::string(kind) + R"(":["1","*"])");
        CHECK(decide(text, reading("a")) == Access::kUnmentioned);
        CHECK_FALSE(BucketPolicy::parse(policy(text), "photos").value().is_public());
    }
}

TEST_CASE("An empty number of a query is no number", "[api][S3Service][policy]") {
    S3Room s3;
    const std::string few =
        R"("Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::photos",)"
        R"("Condition":{"NumericLessThanEquals":{"s3:max-keys":"10"},)"
        R"("StringEquals":{"s3:prefix":""}})";
    CHECK(s3.ask("PUT", "/photos?policy", policy(statement("Allow", few))).status == 204);
    s3.as_anybody();
    CHECK(s3.ask("GET", "/photos?prefix=&max-keys=10").status == 200);
    CHECK(s3.ask("GET", "/photos?prefix=&max-keys=11").code() == "AccessDenied");
    CHECK(s3.ask("GET", "/photos?prefix=&max-keys=").code() == "AccessDenied");
}

TEST_CASE("Strangers do not say what headers an answer has", "[api][S3Service][policy]") {
    S3Room s3;
    s3.ask("PUT", "/photos/public/a", "shown");
    CHECK(s3.ask("PUT", "/photos?policy", policy(statement("Allow", kRead))).status == 204);
    const std::string address = "/photos/public/a?response-content-type=text/html";
    CHECK(s3.ask("GET", address).header("Content-Type") == "text/html");
    s3.as_function();
    CHECK(s3.ask("GET", address).header("Content-Type") == "text/html");
    s3.as_anybody();
    const S3Answer refused = s3.ask("GET", address);
    CHECK(refused.status == 400);
    CHECK(refused.code() == "InvalidRequest");
    CHECK(
        refused.element("Message") ==
        "Request specific response headers cannot be used for anonymous GET requests."
    );
}
