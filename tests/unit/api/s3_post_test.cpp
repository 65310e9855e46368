#include "api/wire/sigv4.h"
#include "base/files/content_hash.h"
#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace lambent;
using namespace lambent::tests;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

const std::string kCredential = "AKIATEST/20260101/us-east-1/s3/aws4_request";

struct Browser : S3Room {
    Browser() {
        api::Credentials::Key key;
        key.secret = "secret";
        key.principal = principal;
        credentials.add(key);
        as_anybody();
    }

    static std::string part(const std::string& name, const std::string& value) {
        return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value +
               "\r\n";
    }
    S3Answer send(const Fields& fields, const std::string& file, S3Room::Fields headers = {}) {
        std::string body;
        for (const auto& [name, value] : fields) {
            body += part(name, value);
        }
        body +=
            "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\a b.txt\"\r\n"
            "Content-Type: text/plain\r\n\r\n" +
            file + "\r\n--xyz--\r\n";
        headers.emplace_back("Content-Type", "multipart/form-data; boundary=xyz");
        return ask("POST", "/photos", body, headers);
    }
    // Lets everybody put objects, under a condition or none.
    void open(const std::string& condition = "{}") {
        as_owner();
        const std::string policy =
            R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:PutObject",)"
            R"("Resource":"arn:aws:s3:::photos/*","Condition":)" +
            condition + "}}";
        REQUIRE(ask("PUT", "/photos?policy", policy).status == 204);
        as_anybody();
    }
    // The fields of a form whose policy has these conditions.
    static Fields signed_form(
        const std::string& conditions,
        Fields fields,
        const std::string& expires = "2026-01-01T01:00:00.000Z"
    ) {
        const std::string policy = to_base64(
            R"({"expiration":")" + expires + R"(","conditions":[{"bucket":"photos"},)" +
            R"(["starts-with","$x-amz-",""],{"x-amz-algorithm":"AWS4-HMAC-SHA256"},)" +
            R"({"x-amz-credential":")" + kCredential + "\"}" + conditions + "]}"
        );
        const api::CredentialScope scope{"20260101", "us-east-1", "s3"};
        fields.emplace_back("policy", policy);
        fields.emplace_back("x-amz-algorithm", "AWS4-HMAC-SHA256");
        fields.emplace_back("x-amz-credential", kCredential);
        fields.emplace_back(
            "x-amz-signature", api::sign(api::signing_key("secret", scope), policy)
        );
        return fields;
    }
};

const std::string kAnyKey = R"(,["starts-with","$key","in/"])";

}  // namespace

TEST_CASE("A browser's form stores a file", "[api][S3Service][post]") {
    Browser browser;
    const std::string file = "line\r\n--xy not the end\r\n" + std::string(5000, 'f');
    const S3Answer stored =
        browser.send(Browser::signed_form(kAnyKey, {{"key", "in/${filename}"}}), file);
    CHECK(stored.status == 204);
    CHECK(stored.header("ETag") == '"' + to_hex(digest(HashKind::kMd5, file)) + '"');
    CHECK(stored.header("Location") == "http://127.0.0.1:4566/photos/in/a%20b.txt");
    browser.as_owner();
    CHECK(browser.ask("GET", "/photos/in/a%20b.txt").body == file);
}

TEST_CASE("A form says what is stored and answered", "[api][S3Service][post]") {
    Browser browser;
    const std::string conditions = kAnyKey + R"(,{"success_action_status":"201"},)" +
                                   R"({"Content-Type":"image/png"},{"x-amz-meta-a":"b"},)" +
                                   R"(["starts-with","$tagging",""])";
    const S3Answer made = browser.send(
        Browser::signed_form(
            conditions,
            {{"key", "in/k"},
             {"Content-Type", "image/png"},
             {"x-amz-meta-a", "b"},
             {"tagging",
              "<Tagging><TagSet><Tag><Key>t</Key><Value>1</Value></Tag></TagSet></Tagging>"},
             {"success_action_status", "201"}}
        ),
        "bytes"
    );
    CHECK(made.status == 201);
    CHECK(made.element("Key") == "in/k");
    CHECK(made.element("Bucket") == "photos");
    const std::string address = R"(,["starts-with","$success_action_redirect",""])";
    const S3Answer led = browser.send(
        Browser::signed_form(
            kAnyKey + address, {{"key", "in/k2"}, {"success_action_redirect", "http://a.example/x"}}
        ),
        "bytes"
    );
    CHECK(led.status == 303);
    CHECK(led.header("Location").starts_with("http://a.example/x?bucket=photos&key=in%2Fk2&etag="));
    browser.as_owner();
    const S3Answer got = browser.ask("GET", "/photos/in/k");
    CHECK(got.header("Content-Type") == "image/png");
    CHECK(got.header("x-amz-meta-a") == "b");
    CHECK(got.header("x-amz-tagging-count") == "1");
}

TEST_CASE("A form that is not as its policy says stores nothing", "[api][S3Service][post]") {
    Browser browser;
    auto send = [&browser](const std::string& conditions, const Fields& fields, auto... more) {
        return browser.send(Browser::signed_form(conditions, fields, more...), "12345");
    };
    CHECK(
        send(kAnyKey, {{"key", "out/k"}}).element("Message").find("Condition failed") !=
        std::string::npos
    );
    CHECK(send(kAnyKey, {{"key", "in/k"}, {"x-other", "1"}}).code() == "AccessDenied");
    CHECK(send(kAnyKey, {{"key", "in/k"}, {"x-ignore-me", "1"}}).status == 204);
    CHECK(send(kAnyKey, {{"key", "in/k"}}, "2025-12-31T00:00:00Z").code() == "AccessDenied");
    const std::string small = kAnyKey + R"(,["content-length-range",1,4])";
    CHECK(send(small, {{"key", "in/big"}}).code() == "EntityTooLarge");
    const std::string large = kAnyKey + R"(,["content-length-range",10,40])";
    CHECK(send(large, {{"key", "in/big"}}).code() == "EntityTooSmall");
    Fields forged = Browser::signed_form(kAnyKey, {{"key", "in/k"}});
    forged.back().second[0] = forged.back().second[0] == '0' ? '1' : '0';
    CHECK(browser.send(forged, "x").code() == "SignatureDoesNotMatch");
    CHECK(browser.send({{"key", "in/k"}}, "x").code() == "AccessDenied");
    CHECK(browser.send({{"a", "b"}}, "x").code() == "InvalidArgument");
    CHECK(
        browser.send({{"key", std::string(30'000, 'k')}}, "x").code() ==
        "MaxPostPreDataLengthExceeded"
    );
    CHECK(browser.ask("POST", "/photos", "x", {{"Content-Type", "text/plain"}}).status == 412);
    const S3Room::Fields form{{"Content-Type", "multipart/form-data; boundary=xyz"}};
    CHECK(
        browser.ask("POST", "/photos", "--xyz\r\nnonsense", form).code() == "MalformedPOSTRequest"
    );
    browser.as_owner();
    CHECK(browser.ask("GET", "/photos/in/big").status == 404);
}

TEST_CASE("The fields of a form are few and small", "[api][S3Service][post]") {
    Browser browser;
    auto send = [&browser](std::size_t ignored, const std::string& name) {
        Fields fields = Browser::signed_form(kAnyKey, {{"key", "in/k"}});
        while (ignored-- > 0) {
            fields.emplace_back("x-ignore-" + name, "");
        }
        return browser.send(fields, "x");
    };
    CHECK(send(95, "a").status == 204);
    CHECK(send(96, "a").code() == "MaxPostPreDataLengthExceeded");
    const std::string name(3900, 'n');
    CHECK(send(4, name).status == 204);
    CHECK(send(5, name).code() == "MaxPostPreDataLengthExceeded");
}

TEST_CASE("The name of a form's field is that of a header", "[api][S3Service][post]") {
    Browser browser;
    browser.open();
    auto send = [&browser](const std::string& name) {
        return browser.send({{"key", "k"}, {name, "1"}}, "x");
    };
    CHECK(send("x-amz-meta-a").status == 204);
    for (const char* name : {"x-amz-meta-a\nset-cookie", "x-amz-meta-a: b", "x-amz-meta-a b", ""}) {
        CHECK(send(name).code() == "MalformedPOSTRequest");
    }
}

TEST_CASE("What a form does not say the headers of its request do not", "[api][S3Service][post]") {
    Browser browser;
    const S3Answer stored = browser.send(
        Browser::signed_form(kAnyKey, {{"key", "in/k"}}),
        "x",
        {{"x-amz-meta-a", "1"}, {"Cache-Control", "no-store"}, {"x-amz-tagging", "a=b"}}
    );
    CHECK(stored.status == 204);
    browser.as_owner();
    const S3Answer got = browser.ask("GET", "/photos/in/k");
    CHECK(got.header("x-amz-meta-a") == "(none)");
    CHECK(got.header("Cache-Control") == "(none)");
    CHECK(got.header("x-amz-tagging-count") == "(none)");
}

TEST_CASE("A bucket's policy is asked about what a form says", "[api][S3Service][post]") {
    Browser browser;
    const Fields plain{{"key", "k"}};
    const Fields cheap{{"key", "k"}, {"x-amz-storage-class", "ONEZONE_IA"}};
    browser.open(R"({"StringEquals":{"s3:x-amz-storage-class":"ONEZONE_IA"}})");
    CHECK(browser.send(cheap, "x").status == 204);
    CHECK(browser.send(plain, "x").code() == "AccessDenied");
    const S3Room::Fields header{{"x-amz-storage-class", "ONEZONE_IA"}};
    CHECK(browser.send(plain, "x", header).code() == "AccessDenied");
    browser.open(R"({"StringEquals":{"aws:Referer":"http://a.example/"}})");
    CHECK(browser.send(plain, "x", {{"Referer", "http://a.example/"}}).status == 204);
    const Fields forged{{"key", "k"}, {"referer", "http://a.example/"}};
    CHECK(browser.send(forged, "x").code() == "AccessDenied");
}
