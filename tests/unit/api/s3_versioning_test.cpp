#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

struct Versioned : S3Room {
    Versioned() { versioning("Enabled"); }

    S3Answer versioning(const std::string& status) {
        return ask(
            "PUT",
            "/photos?versioning",
            "<VersioningConfiguration><Status>" + status + "</Status></VersioningConfiguration>"
        );
    }
    std::string put(const std::string& key, const std::string& body) {
        return ask("PUT", "/photos/" + key, body).header("x-amz-version-id");
    }
};

}  // namespace

TEST_CASE("A bucket says whether it is versioned", "[api][S3Service][versioning]") {
    S3Room s3;
    CHECK(s3.ask("GET", "/photos?versioning").body.find("Status") == std::string::npos);
    CHECK(s3.ask("PUT", "/photos/a", "1").header("x-amz-version-id") == "(none)");
    const std::string open = "<VersioningConfiguration>";
    const std::string close = "</VersioningConfiguration>";
    auto put = [&](const std::string& inner) {
        return s3.ask("PUT", "/photos?versioning", open + inner + close);
    };
    CHECK(put("").code() == "IllegalVersioningConfigurationException");
    CHECK(put("<Status>On</Status>").code() == "MalformedXML");
    CHECK(put("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>").status == 501);
    CHECK(put("<Status>Enabled</Status>").status == 200);
    CHECK(s3.ask("GET", "/photos?versioning").element("Status") == "Enabled");
    CHECK(put("<Status>Suspended</Status>").status == 200);
    CHECK(s3.ask("GET", "/photos?versioning").element("Status") == "Suspended");
    CHECK(s3.ask("GET", "/photos/a").header("x-amz-version-id") == "null");
    CHECK(s3.ask("GET", "/nobody?versioning").code() == "NoSuchBucket");
}

TEST_CASE("Every version can be asked for", "[api][S3Service][versioning]") {
    Versioned s3;
    const std::string first = s3.put("a", "1");
    const std::string second = s3.put("a", "2");
    CHECK(s3.ask("GET", "/photos/a").body == "2");
    CHECK(s3.ask("GET", "/photos/a").header("x-amz-version-id") == second);
    CHECK(s3.ask("GET", "/photos/a?versionId=" + first).body == "1");
    CHECK(s3.ask("HEAD", "/photos/a?versionId=" + first).header("x-amz-version-id") == first);
    const std::string never = "0000000000000001" + first.substr(16);
    CHECK(s3.ask("GET", "/photos/a?versionId=" + never).code() == "NoSuchVersion");
    CHECK(s3.ask("GET", "/photos/a?versionId=x").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos/a?versionId=").code() == "InvalidArgument");
    const S3Room::Fields source{{"x-amz-copy-source", "photos/a?versionId=" + first}};
    const S3Answer copied = s3.ask("PUT", "/photos/a", "", source);
    CHECK(copied.header("x-amz-copy-source-version-id") == first);
    CHECK(copied.header("x-amz-version-id") != "(none)");
    CHECK(s3.ask("GET", "/photos/a").body == "1");
}

TEST_CASE("A delete marker is told of in headers", "[api][S3Service][versioning]") {
    Versioned s3;
    const std::string only = s3.put("a", "1");
    const S3Answer hidden = s3.ask("DELETE", "/photos/a");
    CHECK(hidden.status == 204);
    CHECK(hidden.header("x-amz-delete-marker") == "true");
    const std::string marker = hidden.header("x-amz-version-id");
    const S3Answer gone = s3.ask("GET", "/photos/a");
    CHECK(gone.code() == "NoSuchKey");
    CHECK(gone.header("x-amz-delete-marker") == "true");
    CHECK(gone.header("x-amz-version-id") == marker);
    const S3Answer asked = s3.ask("GET", "/photos/a?versionId=" + marker);
    CHECK(asked.status == 405);
    CHECK(asked.header("Allow") == "DELETE");
    CHECK(asked.header("x-amz-delete-marker") == "true");
    const S3Room::Fields source{{"x-amz-copy-source", "photos/a?versionId=" + marker}};
    CHECK(s3.ask("PUT", "/photos/b", "", source).code() == "InvalidRequest");
    CHECK(
        s3.ask("PUT", "/photos/b", "", {{"x-amz-copy-source", "photos/a"}}).code() == "NoSuchKey"
    );
    const S3Answer shown = s3.ask("DELETE", "/photos/a?versionId=" + marker);
    CHECK(shown.header("x-amz-delete-marker") == "true");
    CHECK(shown.header("x-amz-version-id") == marker);
    CHECK(s3.ask("GET", "/photos/a").header("x-amz-version-id") == only);
    CHECK(
        s3.ask("DELETE", "/photos/a?versionId=" + only).header("x-amz-delete-marker") == "(none)"
    );
    CHECK(s3.ask("GET", "/photos/a").header("x-amz-delete-marker") == "(none)");
}

TEST_CASE("Versions are listed page by page", "[api][S3Service][versioning]") {
    Versioned s3;
    const std::string first = s3.put("a", "1");
    const std::string second = s3.put("a", "2");
    const std::string marker = s3.ask("DELETE", "/photos/a").header("x-amz-version-id");
    s3.put("in/1", "x");
    s3.put("z", "x");
    const S3Answer page = s3.ask("GET", "/photos?versions&max-keys=2");
    CHECK(page.element("IsTruncated") == "true");
    CHECK(page.element("NextKeyMarker") == "a");
    CHECK(page.element("NextVersionIdMarker") == second);
    CHECK(page.body.find("<DeleteMarker><Key>a</Key>") != std::string::npos);
    CHECK(
        page.body.find("<VersionId>" + marker + "</VersionId><IsLatest>true") != std::string::npos
    );
    CHECK(
        page.body.find("<VersionId>" + second + "</VersionId><IsLatest>false") != std::string::npos
    );
    const S3Answer rest =
        s3.ask("GET", "/photos?versions&delimiter=/&key-marker=a&version-id-marker=" + second);
    CHECK(rest.element("VersionId") == first);
    CHECK(rest.body.find("<CommonPrefixes><Prefix>in/</Prefix>") != std::string::npos);
    CHECK(rest.body.find("<Key>z</Key>") != std::string::npos);
    CHECK(s3.ask("GET", "/photos?versions&key-marker=a").element("Key") == "in/1");
    CHECK(s3.ask("GET", "/photos?versions&version-id-marker=null").code() == "InvalidArgument");
    CHECK(s3.ask("GET", "/photos?versions&key-marker=a&version-id-marker=x").status == 400);
}

TEST_CASE("A batch deletes versions and tells of markers", "[api][S3Service][versioning]") {
    Versioned s3;
    const std::string first = s3.put("a", "1");
    s3.put("b", "2");
    const S3Answer answer = s3.ask(
        "POST",
        "/photos?delete",
        "<Delete><Object><Key>a</Key><VersionId>" + first +
            "</VersionId></Object><Object><Key>b</Key></Object>"
            "<Object><Key>b</Key><VersionId>x</VersionId></Object>"
            "<Object><Key>c</Key><ETag>\"x\"</ETag></Object></Delete>"
    );
    CHECK(
        answer.body.find("<Deleted><Key>a</Key><VersionId>" + first + "</VersionId></Deleted>") !=
        std::string::npos
    );
    CHECK(
        answer.body.find("<Deleted><Key>b</Key><DeleteMarker>true</DeleteMarker>") !=
        std::string::npos
    );
    CHECK(
        answer.body.find("<Key>b</Key><VersionId>x</VersionId><Code>NoSuchVersion") !=
        std::string::npos
    );
    CHECK(answer.body.find("<Key>c</Key><Code>NoSuchKey") != std::string::npos);
}

TEST_CASE("Deletes hold to their condition", "[api][S3Service][versioning]") {
    S3Room s3;
    const std::string etag = s3.ask("PUT", "/photos/a", "1").header("ETag");
    CHECK(
        s3.ask("DELETE", "/photos/a", "", {{"If-Match", "\"x\""}}).code() == "PreconditionFailed"
    );
    CHECK(s3.ask("DELETE", "/photos/b", "", {{"If-Match", "*"}}).status == 412);
    CHECK(s3.ask("DELETE", "/photos/b", "", {{"If-Match", etag}}).code() == "NoSuchKey");
    CHECK(s3.ask("GET", "/photos/a").status == 200);
    CHECK(s3.ask("DELETE", "/photos/a", "", {{"If-Match", etag}}).status == 204);
    s3.ask("PUT", "/photos/a", "1");
    CHECK(s3.ask("DELETE", "/photos/a", "", {{"If-Match", "*"}}).status == 204);
    s3.ask("PUT", "/photos/a", "1");
    const S3Room::Fields copy{{"x-amz-copy-source", "photos/a"}, {"If-None-Match", "*"}};
    CHECK(s3.ask("PUT", "/photos/b", "", copy).status == 200);
    CHECK(s3.ask("PUT", "/photos/b", "", copy).status == 412);
}
