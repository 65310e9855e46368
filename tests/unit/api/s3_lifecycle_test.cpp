#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

std::string rule(const std::string& inner) {
    return "<LifecycleConfiguration><Rule>" + inner + "</Rule></LifecycleConfiguration>";
}
const std::string kOn = "<ID>r</ID><Status>Enabled</Status>";
const std::string kAll = "<Filter><Prefix>tmp/</Prefix></Filter>";
const std::string kDay = "<Expiration><Days>1</Days></Expiration>";

}  // namespace

TEST_CASE("Lifecycle rules come back as they were put", "[api][S3Service][lifecycle]") {
    S3Room s3;
    CHECK(s3.ask("GET", "/photos?lifecycle").code() == "NoSuchLifecycleConfiguration");
    const std::string text = rule(
        kOn +
        "<Filter><And><Prefix>tmp/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>"
        "<ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter>" +
        kDay +
        "<NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays>"
        "<NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
    );
    CHECK(s3.ask("PUT", "/photos?lifecycle", text).status == 200);
    const S3Answer shown = s3.ask("GET", "/photos?lifecycle");
    CHECK(shown.element("ID") == "r");
    CHECK(shown.element("Days") == "1");
    CHECK(shown.element("NoncurrentDays") == "3");
    CHECK(shown.element("NewerNoncurrentVersions") == "2");
    CHECK(shown.element("ObjectSizeGreaterThan") == "5");
    CHECK(shown.element("Value") == "v");
    CHECK(s3.ask("DELETE", "/photos?lifecycle").status == 204);
    CHECK(s3.ask("GET", "/photos?lifecycle").code() == "NoSuchLifecycleConfiguration");
}

TEST_CASE("Lifecycle rules that S3 refuses are refused", "[api][S3Service][lifecycle]") {
    S3Room s3;
    auto put = [&s3](const std::string& inner) {
        return s3.ask("PUT", "/photos?lifecycle", rule(inner)).code();
    };
    CHECK(put(kOn + kAll + kDay) == "(none)");
    CHECK(put(kOn + "<Prefix/>" + kDay) == "(none)");
    CHECK(put(kOn + kAll) == "InvalidRequest");
    CHECK(put(kOn + kDay) == "MalformedXML");
    CHECK(put(kAll + kDay) == "MalformedXML");
    CHECK(put(kOn + kAll + "<Expiration><Days>0</Days></Expiration>") == "InvalidArgument");
    CHECK(
        put(kOn + kAll + "<Expiration><Date>2026-01-01T01:00:00Z</Date></Expiration>") ==
        "InvalidArgument"
    );
    CHECK(
        put(kOn + kAll + "<Expiration><Date>2026-01-01T00:00:00.000Z</Date></Expiration>") ==
        "(none)"
    );
    CHECK(
        put(kOn + kAll + "<Expiration><Days>1</Days><Date>2026-01-01</Date></Expiration>") ==
        "MalformedXML"
    );
    CHECK(put(kOn + kAll + kDay + "<Transition/>") == "NotImplemented");
    CHECK(
        put(kOn + "<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>"
                  "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
                  "</AbortIncompleteMultipartUpload>") == "InvalidRequest"
    );
    CHECK(s3.ask("PUT", "/nobody?lifecycle", rule(kOn + kAll + kDay)).code() == "NoSuchBucket");
}

TEST_CASE("What a rule expires is gone", "[api][S3Service][lifecycle]") {
    S3Room s3;
    s3.ask("PUT", "/photos/tmp/a", "x");
    s3.ask("PUT", "/photos/kept", "x");
    s3.ask("PUT", "/photos?lifecycle", rule(kOn + kAll + kDay));
    s3.objects.clock.jump_wall(std::chrono::hours(47));
    CHECK(s3.objects.run(s3.lifecycle.sweep()) == 1);
    CHECK(s3.ask("GET", "/photos/tmp/a").code() == "NoSuchKey");
    CHECK(s3.ask("GET", "/photos/kept").status == 200);
}
