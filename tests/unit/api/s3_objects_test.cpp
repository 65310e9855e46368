#include "base/files/content_hash.h"
#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

const std::string kBytes = "hello, photographs";
const std::string kEtag = '"' + to_hex(digest(HashKind::kMd5, kBytes)) + '"';

}  // namespace

TEST_CASE("S3Service stores an object and gives it back", "[api][S3Service]") {
    S3Room s3;
    const S3Room::Fields headers{
        {"Content-Type", "image/jpeg"},
        {"X-Amz-Meta-Owner", "me"},
        {"Cache-Control", "max-age=1"},
        {"Content-Encoding", "gzip, aws-chunked"}};
    const S3Answer put = s3.ask("PUT", "/photos/in/a%20b.jpg", kBytes, headers);
    CHECK(put.status == 200);
    CHECK(put.header("ETag") == kEtag);
    CHECK(put.header("x-amz-request-id") == "REQUEST1");
    const S3Answer got = s3.ask("GET", "/photos/in/a%20b.jpg");
    CHECK(got.status == 200);
    CHECK(got.body == kBytes);
    CHECK(got.header("Content-Type") == "image/jpeg");
    CHECK(got.header("x-amz-meta-owner") == "me");
    CHECK(got.header("Cache-Control") == "max-age=1");
    CHECK(got.header("Content-Encoding") == "gzip");
    CHECK(got.header("Last-Modified") == "Thu, 01 Jan 2026 00:00:00 GMT");
    CHECK(s3.ask("HEAD", "/photos/in/a%20b.jpg").header("ETag") == kEtag);
    const S3Answer renamed = s3.ask(
        "GET",
        "/photos/in/a%20b.jpg?response-content-disposition=attachment&response-content-type=text/x"
    );
    CHECK(renamed.header("Content-Disposition") == "attachment");
    CHECK(renamed.header("Content-Type") == "text/x");
    CHECK(s3.ask("GET", "/photos/in/a%20b.jpg?response-expires=a%0Ab").code() == "InvalidArgument");
    CHECK(s3.ask("DELETE", "/photos/in/a%20b.jpg").status == 204);
    CHECK(s3.ask("DELETE", "/photos/in/a%20b.jpg").status == 204);
    CHECK(s3.ask("GET", "/photos/in/a%20b.jpg").code() == "NoSuchKey");
}

TEST_CASE("S3Service answers ranges and conditions", "[api][S3Service]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a", kBytes);
    const S3Answer part = s3.ask("GET", "/photos/a", "", {{"Range", "bytes=7-11"}});
    CHECK(part.status == 206);
    CHECK(part.body == "photo");
    CHECK(part.header("Content-Range") == "bytes 7-11/18");
    const S3Answer beyond = s3.ask("GET", "/photos/a", "", {{"Range", "bytes=18-"}});
    CHECK(beyond.status == 416);
    CHECK(beyond.code() == "InvalidRange");
    CHECK(beyond.element("ActualObjectSize") == "18");
    const S3Room::Fields stale{{"Range", "bytes=0-1"}, {"If-Range", "\"other\""}};
    CHECK(s3.ask("GET", "/photos/a", "", stale).status == 200);
    CHECK(s3.ask("GET", "/photos/a?partNumber=1").body == kBytes);
    CHECK(s3.ask("GET", "/photos/a?partNumber=2").code() == "InvalidPartNumber");
    CHECK(s3.ask("GET", "/photos/a", "", {{"If-None-Match", kEtag}}).status == 304);
    const S3Answer failed = s3.ask("GET", "/photos/a", "", {{"If-Match", "\"other\""}});
    CHECK(failed.status == 412);
    CHECK(failed.element("Condition") == "If-Match");
}

TEST_CASE("S3Service writes only under the condition given", "[api][S3Service]") {
    S3Room s3;
    CHECK(s3.ask("PUT", "/photos/a", "1", {{"If-None-Match", "*"}}).status == 200);
    const S3Answer second = s3.ask("PUT", "/photos/a", "2", {{"If-None-Match", "*"}});
    CHECK(second.status == 412);
    CHECK(second.code() == "PreconditionFailed");
    CHECK(s3.ask("PUT", "/photos/a", "3", {{"If-Match", "\"x\""}}).status == 412);
    CHECK(s3.ask("PUT", "/photos/b", "3", {{"If-Match", "\"x\""}}).code() == "NoSuchKey");
    CHECK(s3.ask("PUT", "/photos/a", "4", {{"If-None-Match", kEtag}}).status == 501);
    CHECK(s3.ask("GET", "/photos/a").body == "1");
}

TEST_CASE("S3Service stores nothing that does not match its digests", "[api][S3Service]") {
    S3Room s3;
    const std::string md5 = to_base64(digest(HashKind::kMd5, kBytes));
    const std::string wrong = to_base64(digest(HashKind::kMd5, "other"));
    CHECK(s3.ask("PUT", "/photos/a", kBytes, {{"Content-MD5", wrong}}).code() == "BadDigest");
    CHECK(s3.ask("PUT", "/photos/a", kBytes, {{"Content-MD5", "x"}}).code() == "InvalidDigest");
    CHECK(
        s3.ask("PUT", "/photos/a", kBytes, {{"x-amz-checksum-crc32", "AAAAAA=="}}).code() ==
        "BadDigest"
    );
    CHECK(
        s3.ask("PUT", "/photos/a", kBytes, {{"x-amz-checksum-crc32", "AAAA"}}).code() ==
        "InvalidRequest"
    );
    CHECK(
        s3.ask("PUT", "/photos/a", kBytes, {{"x-amz-sdk-checksum-algorithm", "CRC32"}}).code() ==
        "InvalidRequest"
    );
    CHECK(s3.ask("GET", "/photos/a").code() == "NoSuchKey");
    CHECK(s3.objects.files().empty());
    const std::string sha = to_base64(digest(HashKind::kSha256, kBytes));
    const S3Room::Fields right{{"Content-MD5", md5}, {"x-amz-checksum-sha256", sha}};
    CHECK(s3.ask("PUT", "/photos/a", kBytes, right).header("x-amz-checksum-sha256") == sha);
    CHECK(s3.ask("GET", "/photos/a").header("x-amz-checksum-sha256") == "(none)");
    const S3Answer shown = s3.ask("GET", "/photos/a", "", {{"x-amz-checksum-mode", "ENABLED"}});
    CHECK(shown.header("x-amz-checksum-sha256") == sha);
    CHECK(shown.header("x-amz-checksum-type") == "FULL_OBJECT");
}

TEST_CASE("S3Service refuses what it would not honour", "[api][S3Service]") {
    S3Room s3;
    const char* customer = "x-amz-server-side-encryption-customer-algorithm";
    CHECK(s3.ask("PUT", "/photos/a", "x", {{customer, "AES256"}}).status == 501);
    CHECK(
        s3.ask("PUT", "/photos/a", "x", {{"x-amz-server-side-encryption", "aws:kms"}}).status == 501
    );
    CHECK(
        s3.ask("PUT", "/photos/a", "x", {{"x-amz-acl", "public-read"}}).code() ==
        "AccessControlListNotSupported"
    );
    CHECK(
        s3.ask("PUT", "/photos/a", "x", {{"x-amz-storage-class", "FREEZER"}}).code() ==
        "InvalidStorageClass"
    );
    CHECK(
        s3.ask("PUT", "/photos/a", "x", {{"x-amz-meta-big", std::string(2048, 'm')}}).code() ==
        "MetadataTooLarge"
    );
    CHECK(s3.ask("PUT", "/photos/" + std::string(1025, 'k'), "x").code() == "KeyTooLongError");
    CHECK(s3.ask("PUT", "/photos/%FF", "x").code() == "InvalidURI");
    CHECK(s3.ask("GET", "/photos/a?versionId=v1").code() == "InvalidArgument");
    CHECK(
        s3.ask("GET", "/photos", "", {{"x-amz-expected-bucket-owner", "1"}}).code() ==
        "AccessDenied"
    );
    CHECK(s3.objects.files().empty());
}

TEST_CASE("S3Service copies with and without new metadata", "[api][S3Service]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a%20b", kBytes, {{"x-amz-meta-n", "1"}, {"Content-Type", "image/png"}});
    const S3Answer copied =
        s3.ask("PUT", "/photos/c", "", {{"x-amz-copy-source", "photos/a%20b?versionId=null"}});
    CHECK(copied.status == 200);
    CHECK(copied.element("ETag") == "&quot;" + kEtag.substr(1, 32) + "&quot;");
    CHECK(s3.ask("HEAD", "/photos/c").header("x-amz-meta-n") == "1");
    const S3Room::Fields replacing{
        {"x-amz-copy-source", "/photos/c"},
        {"x-amz-metadata-directive", "REPLACE"},
        {"x-amz-meta-n", "2"}};
    CHECK(s3.ask("PUT", "/photos/c", "", replacing).status == 200);
    const S3Answer replaced = s3.ask("GET", "/photos/c");
    CHECK(replaced.header("x-amz-meta-n") == "2");
    CHECK(replaced.header("Content-Type") == "binary/octet-stream");
    CHECK(replaced.body == kBytes);
    CHECK(
        s3.ask("PUT", "/photos/c", "", {{"x-amz-copy-source", "photos/c"}}).code() ==
        "InvalidRequest"
    );
    CHECK(
        s3.ask("PUT", "/photos/d", "", {{"x-amz-copy-source", "photos/none"}}).code() == "NoSuchKey"
    );
    CHECK(
        s3.ask("PUT", "/photos/d", "", {{"x-amz-copy-source", "photos"}}).code() ==
        "InvalidArgument"
    );
    const S3Room::Fields conditional{
        {"x-amz-copy-source", "photos/c"}, {"x-amz-copy-source-if-none-match", kEtag}};
    CHECK(s3.ask("PUT", "/photos/d", "", conditional).status == 412);
}

TEST_CASE("S3Service deletes a batch and reports it", "[api][S3Service]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a%26b", "1");
    s3.ask("PUT", "/photos/c", "2");
    const S3Answer loud = s3.ask(
        "POST",
        "/photos?delete",
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key>"
        "</Object><Object><Key>none</Key></Object></Delete>"
    );
    CHECK(loud.status == 200);
    CHECK(loud.body.find("<Deleted><Key>a&amp;b</Key></Deleted>") != std::string::npos);
    CHECK(loud.body.find("<Key>none</Key>") != std::string::npos);
    const S3Answer quiet = s3.ask(
        "POST",
        "/photos?delete",
        "<Delete><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>"
    );
    CHECK(quiet.body.find("Deleted>") == std::string::npos);
    CHECK(s3.objects.files().empty());
    const std::string huge(9 << 20, ' ');
    CHECK(s3.ask("POST", "/photos?delete", huge).code() == "MaxMessageLengthExceeded");
    for (const char* broken :
         {"",
          "<Delete>",
          "<Delete/>",
          "<Delete><Object/></Delete>",
          "<!DOCTYPE a [<!ENTITY b \"c\">]><Delete><Object><Key>&b;</Key></Object></Delete>"}) {
        CAPTURE(broken);
        const S3Answer refused = s3.ask("POST", "/photos?delete", broken);
        CHECK(refused.status == 400);
        CHECK(refused.code() == "MalformedXML");
    }
}

TEST_CASE("S3Service puts parts together", "[api][S3Service]") {
    S3Room s3;
    const std::string id = s3.ask("POST", "/photos/big?uploads").element("UploadId");
    const std::string address = "/photos/big?uploadId=" + id;
    const std::string head(5 << 20, 'h');
    const std::string first = s3.ask("PUT", address + "&partNumber=1", head).header("ETag");
    s3.ask("PUT", "/photos/source", "0123456789");
    const S3Room::Fields middle{
        {"x-amz-copy-source", "photos/source"}, {"x-amz-copy-source-range", "bytes=2-5"}};
    const S3Answer copied = s3.ask("PUT", address + "&partNumber=2", "", middle);
    CHECK(copied.status == 200);
    const S3Room::Fields outside{
        {"x-amz-copy-source", "photos/source"}, {"x-amz-copy-source-range", "bytes=2-50"}};
    CHECK(s3.ask("PUT", address + "&partNumber=3", "", outside).code() == "InvalidArgument");
    CHECK(s3.ask("PUT", address + "&partNumber=0", "x").code() == "InvalidArgument");
    CHECK(s3.ask("PUT", address + "&partNumber=10001", "x").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos?uploads").element("Key") == "big");
    CHECK(s3.ask("GET", address + "&max-parts=1").element("IsTruncated") == "true");
    const std::string done = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" +
                             first + "</ETag></Part><Part><PartNumber>2</PartNumber><ETag>" +
                             copied.element("ETag") + "</ETag></Part></CompleteMultipartUpload>";
    const S3Answer completed = s3.ask("POST", address, done);
    CHECK(completed.status == 200);
    CHECK(completed.element("ETag").ends_with("-2&quot;"));
    CHECK(s3.ask("GET", "/photos/big").body == head + "2345");
    CHECK(s3.ask("POST", address, done).code() == "NoSuchUpload");
    CHECK(s3.ask("DELETE", address).code() == "NoSuchUpload");
}
