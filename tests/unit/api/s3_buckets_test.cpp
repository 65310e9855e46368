#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

std::string lambda_rule(const std::string& arn, const std::string& rest) {
    return "<NotificationConfiguration><CloudFunctionConfiguration><CloudFunction>" + arn +
           "</CloudFunction>" + rest + "</CloudFunctionConfiguration></NotificationConfiguration>";
}

const std::string kArn = "arn:aws:lambda:us-east-1:000000000000:function:resize";
const std::string kCreated = "<Event>s3:ObjectCreated:*</Event>";

std::string filter(const std::string& name, const std::string& value) {
    return "<FilterRule><Name>" + name + "</Name><Value>" + value + "</Value></FilterRule>";
}

}  // namespace

TEST_CASE("S3Service makes, shows and removes buckets", "[api][S3Service]") {
    S3Room s3;
    CHECK(s3.ask("PUT", "/other").header("Location") == "/other");
    CHECK(s3.ask("PUT", "/other").status == 200);  // as in us-east-1
    CHECK(s3.ask("PUT", "/No_Bucket").code() == "InvalidBucketName");
    const S3Answer list = s3.ask("GET", "/");
    CHECK(list.body.find("<Name>other</Name>") != std::string::npos);
    CHECK(list.body.find("<Name>photos</Name>") != std::string::npos);
    CHECK(s3.ask("HEAD", "/other").header("x-amz-bucket-region") == "us-east-1");
    CHECK(s3.ask("HEAD", "/nobody").status == 404);
    CHECK(s3.ask("GET", "/nobody").code() == "NoSuchBucket");
    CHECK(s3.ask("GET", "/other?location").body.find("LocationConstraint") != std::string::npos);
    s3.ask("PUT", "/other/a", "x");
    CHECK(s3.ask("DELETE", "/other").code() == "BucketNotEmpty");
    s3.ask("DELETE", "/other/a");
    CHECK(s3.ask("DELETE", "/other").status == 204);
    CHECK(s3.ask("DELETE", "/other").code() == "NoSuchBucket");
}

TEST_CASE("S3Service takes only its own region as a location", "[api][S3Service]") {
    S3Room s3;
    const std::string open = "<CreateBucketConfiguration><LocationConstraint>";
    const std::string close = "</LocationConstraint></CreateBucketConfiguration>";
    CHECK(
        s3.ask("PUT", "/far", open + "eu-west-1" + close).code() ==
        "IllegalLocationConstraintException"
    );
    CHECK(s3.ask("PUT", "/far", open + "us-east-1" + close).code() == "InvalidLocationConstraint");
    CHECK(s3.ask("PUT", "/far", "<CreateBucketConfiguration").code() == "MalformedXML");
    CHECK(s3.ask("PUT", "/far", open + close).status == 200);
}

TEST_CASE("S3Service lists in both versions of the call", "[api][S3Service]") {
    S3Room s3;
    for (const char* key : {"a%20b", "in/1", "in/2", "z"}) {
        s3.ask("PUT", std::string("/photos/") + key, "x");
    }
    const S3Answer first = s3.ask("GET", "/photos?delimiter=/&max-keys=2&encoding-type=url");
    CHECK(first.element("IsTruncated") == "true");
    CHECK(first.element("NextMarker") == "in/");
    CHECK(first.element("Key") == "a%20b");
    CHECK(first.body.find("<CommonPrefixes><Prefix>in/</Prefix>") != std::string::npos);
    const S3Answer rest = s3.ask("GET", "/photos?delimiter=/&marker=in/");
    CHECK(rest.element("Key") == "z");
    CHECK(rest.element("IsTruncated") == "false");

    const S3Answer page = s3.ask("GET", "/photos?list-type=2&max-keys=3&start-after=a%20b");
    CHECK(page.element("KeyCount") == "3");
    CHECK(page.element("StartAfter") == "a b");
    CHECK(page.body.find("<Owner>") == std::string::npos);
    const S3Answer two = s3.ask("GET", "/photos?list-type=2&max-keys=3&fetch-owner=true");
    CHECK(two.body.find("<Owner>") != std::string::npos);
    const std::string token = two.element("NextContinuationToken");
    const std::string next = http::percent_encode(token, http::Slash::kEncode);
    CHECK(s3.ask("GET", "/photos?list-type=2&continuation-token=" + next).element("Key") == "z");
    CHECK(s3.ask("GET", "/photos?list-type=2&continuation-token=%21").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos?max-keys=-1").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos?max-keys=99999999999").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos?max-keys=5000").element("MaxKeys") == "1000");
    CHECK(s3.ask("GET", "/photos?max-keys=0").element("IsTruncated") == "false");
    CHECK(s3.ask("GET", "/photos?encoding-type=rot13").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos?versions").element("VersionId") == "null");
}

TEST_CASE("S3Service gives the answers of a bucket nobody configured", "[api][S3Service]") {
    S3Room s3;
    CHECK(s3.ask("GET", "/photos?policy").code() == "NoSuchBucketPolicy");
    CHECK(s3.ask("GET", "/photos?tagging").code() == "NoSuchTagSet");
    CHECK(s3.ask("GET", "/photos?versioning").status == 200);
    CHECK(s3.ask("GET", "/photos?acl").element("Permission") == "FULL_CONTROL");
    CHECK(s3.ask("GET", "/nobody?acl").code() == "NoSuchBucket");
    CHECK(s3.ask("DELETE", "/photos?policy").status == 204);
    CHECK(s3.ask("GET", "/photos?inventory").code() == "NotImplemented");
    CHECK(s3.ask("PATCH", "/photos").code() == "MethodNotAllowed");
    CHECK(s3.ask("POST", "/").code() == "MethodNotAllowed");
    s3.ask("PUT", "/photos/a", "x", {{"x-amz-tagging", "k=v%201&l="}});
    CHECK(s3.ask("GET", "/photos/a?tagging").element("Value") == "v 1");
    CHECK(s3.ask("GET", "/photos/a").header("x-amz-tagging-count") == "2");
    CHECK(s3.ask("GET", "/photos/a?acl").element("Permission") == "FULL_CONTROL");
}

TEST_CASE("S3Service keeps a notification configuration", "[api][S3Service]") {
    S3Room s3;
    const std::string filters = "<Filter><S3Key>" + filter("Prefix", "in/") +
                                filter("suffix", ".jpg") + "</S3Key></Filter>";
    const std::string text = lambda_rule(kArn, "<Id>r1</Id>" + kCreated + filters);
    CHECK(s3.ask("PUT", "/photos?notification", text).status == 200);
    const S3Answer got = s3.ask("GET", "/photos?notification");
    CHECK(got.element("Id") == "r1");
    CHECK(got.element("CloudFunction") == kArn);
    CHECK(got.element("Event") == "s3:ObjectCreated:*");
    CHECK(got.body.find(filter("Prefix", "in/")) != std::string::npos);
    CHECK(got.body.find(filter("Suffix", ".jpg")) != std::string::npos);
    CHECK(s3.ask("PUT", "/photos?notification", "<NotificationConfiguration/>").status == 200);
    CHECK(s3.ask("GET", "/photos?notification").element("Id") == "(none)");
    CHECK(s3.ask("PUT", "/nobody?notification", text).code() == "NoSuchBucket");
}

TEST_CASE("S3Service refuses notifications it could not deliver", "[api][S3Service]") {
    S3Room s3;
    auto put = [&s3](const std::string& text) {
        return s3.ask("PUT", "/photos?notification", text);
    };
    const S3Answer unknown = put(lambda_rule(kArn + "2", kCreated));
    CHECK(unknown.status == 400);
    CHECK(unknown.code() == "InvalidArgument");
    CHECK(
        unknown.element("Message") == "Unable to validate the following destination configurations"
    );
    CHECK(put(lambda_rule(kArn + ":prod", kCreated)).code() == "InvalidArgument");
    CHECK(put(lambda_rule(kArn + ":$LATEST", kCreated)).status == 200);
    CHECK(put(lambda_rule("resize", kCreated)).status == 200);
    CHECK(put(lambda_rule("arn:aws:sqs:us-east-1:1:q", kCreated)).code() == "InvalidArgument");
    CHECK(put(lambda_rule(kArn, "<Event>s3:Nothing</Event>")).code() == "InvalidArgument");
    CHECK(put(lambda_rule(kArn, "")).code() == "MalformedXML");
    CHECK(put("<Wrong/>").code() == "MalformedXML");
    const std::string twice =
        "<Filter><S3Key>" + filter("Prefix", "a") + filter("prefix", "b") + "</S3Key></Filter>";
    CHECK(put(lambda_rule(kArn, kCreated + twice)).code() == "InvalidArgument");
}

TEST_CASE("S3EventWriter writes the event structure 2.1", "[api][S3EventWriter]") {
    api::s3::S3Config config;
    api::s3::S3EventWriter writer(config);
    triggers::ObjectEvent event;
    event.kind = triggers::ObjectEventKind::kCreatedPut;
    event.object.bucket = "photos";
    event.object.key = "in/red flower.jpg";
    event.object.size = 1024;
    event.object.etag = "d41d8cd98f00b204e9800998ecf8427e";
    event.time = from_unix_ms(1'767'225'600'123);
    event.sequencer = "0055AED6DCD90281E5";
    event.request_id = "R1";
    event.source_ip = "127.0.0.1";
    event.principal = "AWS:AKIA";
    const auto document = nlohmann::json::parse(writer.document({"rule", "f", {}, "", ""}, event));
    REQUIRE(document["Records"].size() == 1);
    const auto& record = document["Records"][0];
    CHECK(record["eventVersion"] == "2.1");
    CHECK(record["eventSource"] == "aws:s3");
    CHECK(record["awsRegion"] == "us-east-1");
    CHECK(record["eventTime"] == "2026-01-01T00:00:00.123Z");
    CHECK(record["eventName"] == "ObjectCreated:Put");
    CHECK(record["userIdentity"]["principalId"] == "AWS:AKIA");
    CHECK(record["requestParameters"]["sourceIPAddress"] == "127.0.0.1");
    CHECK(record["responseElements"]["x-amz-request-id"] == "R1");
    CHECK(record["responseElements"]["x-amz-id-2"] == api::s3::host_id("R1"));
    CHECK(record["s3"]["s3SchemaVersion"] == "1.0");
    CHECK(record["s3"]["configurationId"] == "rule");
    CHECK(record["s3"]["bucket"]["name"] == "photos");
    CHECK(record["s3"]["bucket"]["arn"] == "arn:aws:s3:::photos");
    CHECK(record["s3"]["object"]["key"] == "in/red+flower.jpg");
    CHECK(record["s3"]["object"]["size"] == 1024);
    CHECK(record["s3"]["object"]["eTag"] == event.object.etag);
    CHECK(record["s3"]["object"]["sequencer"] == "0055AED6DCD90281E5");
    event.kind = triggers::ObjectEventKind::kRemovedDelete;
    const auto removed = nlohmann::json::parse(writer.document({"rule", "f", {}, "", ""}, event));
    CHECK(removed["Records"][0]["eventName"] == "ObjectRemoved:Delete");
    CHECK_FALSE(removed["Records"][0]["s3"]["object"].contains("size"));
}
