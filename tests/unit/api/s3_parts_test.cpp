#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

const std::string kBig(5UL << 20, 'b');

std::string part(int number, const std::string& etag) {
    return "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + etag +
           "</ETag></Part>";
}

// "big": two parts, of 5 MiB and of four bytes.
void upload_in_parts(S3Room& s3, const S3Room::Fields& headers = {}) {
    const std::string id = s3.ask("POST", "/photos/big?uploads", "", headers).element("UploadId");
    const std::string address = "/photos/big?uploadId=" + id;
    const std::string one = s3.ask("PUT", address + "&partNumber=1", kBig).header("ETag");
    const std::string two = s3.ask("PUT", address + "&partNumber=5", "tail").header("ETag");
    const std::string choice =
        "<CompleteMultipartUpload>" + part(1, one) + part(5, two) + "</CompleteMultipartUpload>";
    REQUIRE(s3.ask("POST", address, choice).status == 200);
}

}  // namespace

TEST_CASE("An object is read part by part", "[api][S3Service][parts]") {
    S3Room s3;
    upload_in_parts(s3);
    const S3Answer first = s3.ask("GET", "/photos/big?partNumber=1");
    CHECK(first.status == 206);
    CHECK(first.body == kBig);
    CHECK(first.header("Content-Range") == "bytes 0-5242879/5242884");
    CHECK(first.header("x-amz-mp-parts-count") == "2");
    CHECK(s3.ask("GET", "/photos/big?partNumber=2").body == "tail");
    CHECK(s3.ask("GET", "/photos/big?partNumber=3").code() == "InvalidPartNumber");
    CHECK(s3.ask("GET", "/photos/big?partNumber=0").code() == "InvalidArgument");
    const S3Room::Fields range{{"Range", "bytes=0-1"}};
    CHECK(s3.ask("GET", "/photos/big?partNumber=1", "", range).code() == "InvalidRequest");
    s3.ask("PUT", "/photos/small", "x");
    const S3Answer whole = s3.ask("GET", "/photos/small?partNumber=1");
    CHECK(whole.body == "x");
    CHECK(whole.header("x-amz-mp-parts-count") == "(none)");
    s3.ask("PUT", "/photos/empty", "");
    CHECK(s3.ask("GET", "/photos/empty?partNumber=1").status == 200);
}

TEST_CASE("The attributes asked for are told", "[api][S3Service][parts]") {
    S3Room s3;
    upload_in_parts(s3, {{"x-amz-checksum-algorithm", "CRC32"}});
    auto ask = [&s3](const std::string& wanted, S3Room::Fields headers = {}) {
        headers.emplace_back("x-amz-object-attributes", wanted);
        return s3.ask("GET", "/photos/big?attributes", "", headers);
    };
    const S3Answer all = ask("ETag, ObjectSize,StorageClass,Checksum,ObjectParts");
    CHECK(all.element("ObjectSize") == "5242884");
    CHECK(all.element("ETag").ends_with("-2"));
    CHECK(all.element("StorageClass") == "STANDARD");
    CHECK(all.element("ChecksumType") == "COMPOSITE");
    CHECK(all.element("PartsCount") == "2");
    CHECK(all.element("Size") == "5242880");
    const S3Answer second = ask("ObjectParts", {{"x-amz-part-number-marker", "1"}});
    CHECK(second.element("PartNumber") == "2");
    CHECK(second.element("Size") == "4");
    CHECK(ask("ObjectParts", {{"x-amz-max-parts", "1"}}).element("IsTruncated") == "true");
    CHECK(ask("ETag").element("ObjectSize") == "(none)");
    CHECK(ask("Weight").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos/big?attributes").code() == "InvalidArgument");
    CHECK(
        s3.ask(
              "GET", "/photos/none?attributes", "", {{"x-amz-object-attributes", "ETag"}}
        ).code() == "NoSuchKey"
    );
}

TEST_CASE("Uploads that are under way are listed by folder", "[api][S3Service][parts]") {
    S3Room s3;
    for (const char* key : {"a", "in/1", "in/2", "z"}) {
        s3.ask("POST", std::string("/photos/") + key + "?uploads");
    }
    const S3Answer page = s3.ask("GET", "/photos?uploads&delimiter=/&max-uploads=2");
    CHECK(page.element("Key") == "a");
    CHECK(page.body.find("<CommonPrefixes><Prefix>in/</Prefix>") != std::string::npos);
    CHECK(page.element("IsTruncated") == "true");
    CHECK(page.element("NextKeyMarker") == "in/");
    const S3Answer rest = s3.ask("GET", "/photos?uploads&delimiter=/&key-marker=in/");
    CHECK(rest.element("Key") == "z");
    CHECK(rest.element("IsTruncated") == "false");
}
