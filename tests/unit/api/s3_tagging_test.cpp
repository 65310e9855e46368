#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

std::string tag(const std::string& key, const std::string& value) {
    return "<Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag>";
}

std::string tagging(const std::string& tags) {
    return "<Tagging><TagSet>" + tags + "</TagSet></Tagging>";
}

}  // namespace

TEST_CASE("An object's tags are put, shown and taken away", "[api][S3Service][tagging]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a", "x", {{"x-amz-tagging", "k=v"}});
    CHECK(s3.ask("PUT", "/photos/a?tagging", tagging(tag("a", "1") + tag("b", ""))).status == 200);
    const S3Answer shown = s3.ask("GET", "/photos/a?tagging");
    CHECK(shown.body.find(tag("a", "1")) != std::string::npos);
    CHECK(shown.body.find("<Key>b</Key>") != std::string::npos);
    CHECK(s3.ask("HEAD", "/photos/a").header("x-amz-tagging-count") == "2");
    CHECK(s3.ask("DELETE", "/photos/a?tagging").status == 204);
    CHECK(s3.ask("HEAD", "/photos/a").header("x-amz-tagging-count") == "(none)");
    CHECK(s3.ask("GET", "/photos/nobody?tagging").code() == "NoSuchKey");
    CHECK(s3.ask("PUT", "/photos/nobody?tagging", tagging("")).code() == "NoSuchKey");
}

TEST_CASE("Tags that S3 refuses are refused", "[api][S3Service][tagging]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a", "x");
    auto put = [&s3](const std::string& tags) {
        return s3.ask("PUT", "/photos/a?tagging", tagging(tags)).code();
    };
    CHECK(put(tag("", "v")) == "InvalidTag");
    CHECK(put(tag(std::string(129, 'k'), "v")) == "InvalidTag");
    CHECK(put(tag(std::string(128, 'k'), "v")) == "(none)");
    CHECK(put(tag("k", std::string(257, 'v'))) == "InvalidTag");
    CHECK(put(tag("k", "1") + tag("k", "2")) == "InvalidTag");
    CHECK(put(tag("aws:k", "1")) == "InvalidTag");
    CHECK(put(tag("a*b", "1")) == "InvalidTag");
    CHECK(put("<Tag><Key>k</Key></Tag>") == "MalformedXML");
    CHECK(s3.ask("PUT", "/photos/a?tagging", "<Tagging/>").code() == "MalformedXML");
    std::string eleven;
    std::string header;
    for (int i = 0; i < 11; ++i) {
        eleven += tag("k" + std::to_string(i), "v");
        header += "k" + std::to_string(i) + "=v&";
    }
    CHECK(put(eleven) == "BadRequest");
    CHECK(s3.ask("PUT", "/photos/b", "", {{"x-amz-tagging", header}}).code() == "BadRequest");
    CHECK(s3.ask("PUT", "/photos/b", "", {{"x-amz-tagging", "k=1&k=2"}}).code() == "InvalidTag");
    CHECK(s3.ask("PUT", "/photos/b", "", {{"x-amz-tagging", "k=%"}}).code() == "InvalidArgument");
}

TEST_CASE("A copy takes tags over or brings its own", "[api][S3Service][tagging]") {
    S3Room s3;
    s3.ask("PUT", "/photos/a", "x", {{"x-amz-tagging", "k=old"}});
    const S3Room::Fields::value_type source{"x-amz-copy-source", "photos/a"};
    const S3Room::Fields::value_type fresh{"x-amz-tagging", "k=new"};
    const S3Room::Fields::value_type replace{"x-amz-tagging-directive", "REPLACE"};
    s3.ask("PUT", "/photos/b", "", {source});
    CHECK(s3.ask("GET", "/photos/b?tagging").element("Value") == "old");
    s3.ask("PUT", "/photos/b", "", {source, fresh});
    CHECK(s3.ask("GET", "/photos/b?tagging").element("Value") == "old");
    s3.ask("PUT", "/photos/b", "", {source, fresh, replace});
    CHECK(s3.ask("GET", "/photos/b?tagging").element("Value") == "new");
    const S3Room::Fields wrong{source, {"x-amz-tagging-directive", "MERGE"}};
    CHECK(s3.ask("PUT", "/photos/b", "", wrong).code() == "InvalidArgument");
}

TEST_CASE("A bucket has tags of its own", "[api][S3Service][tagging]") {
    S3Room s3;
    CHECK(s3.ask("GET", "/photos?tagging").code() == "NoSuchTagSet");
    CHECK(s3.ask("PUT", "/photos?tagging", tagging(tag("team", "a&amp;b"))).code() == "InvalidTag");
    CHECK(s3.ask("PUT", "/photos?tagging", tagging(tag("team", "blue"))).status == 204);
    CHECK(s3.ask("GET", "/photos?tagging").element("Value") == "blue");
    std::string many;
    for (int i = 0; i < 51; ++i) {
        many += tag("k" + std::to_string(i), "v");
    }
    CHECK(s3.ask("PUT", "/photos?tagging", tagging(many)).code() == "BadRequest");
    CHECK(s3.ask("DELETE", "/photos?tagging").status == 204);
    CHECK(s3.ask("GET", "/photos?tagging").code() == "NoSuchTagSet");
    CHECK(s3.ask("PUT", "/nobody?tagging", tagging("")).code() == "NoSuchBucket");
}
