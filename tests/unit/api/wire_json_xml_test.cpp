#include "api/wire/errors.h"
#include "api/wire/json.h"
#include "api/wire/xml.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

using namespace lambent;
using namespace lambent::api;

namespace {

std::string repeated(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

Code xml_verdict(const std::string& text) {
    pugi::xml_document document;
    const auto parsed = parse_xml(text, document);
    return parsed.has_error() ? parsed.error().code() : Code::kInternal;
}

}  // namespace

TEST_CASE("parse_json takes what JSON is", "[api][json]") {
    CHECK(parse_json("{\"a\":[1,2.5,\"\\u00e9\",null,true]}").value()["a"].size() == 5);
    CHECK(parse_json(" 1 ").value() == 1);
    CHECK(parse_json("18446744073709551615").value().is_number_unsigned());
}

TEST_CASE("parse_json refuses what JSON is not", "[api][json]") {
    const std::string text = GENERATE(
        as<std::string>(),
        "",
        "{",
        "{\"a\":1",
        "{\"a\":1}}",
        "{\"a\":1,}",
        "[1,]",
        "{'a':1}",
        "{a:1}",
        "NaN",
        "[Infinity]",
        "1e999",
        "[-1e999]",
        "01",
        "\"\\ud800\"",
        "\"\\udc00x\"",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"a\nb\"",
        "\xEF\xBB\xBF{}",
        "// c\n{}",
        "{\"a\":1,\"a\":2}",
        "[{\"b\":{\"a\":1,\"\\u0061\":2}}]"
    );
    CAPTURE(text);
    REQUIRE(parse_json(text).has_error());
    CHECK(parse_json(text).error().code() == Code::kInvalidArgument);
}

TEST_CASE("parse_json bounds how deep JSON may be", "[api][json]") {
    CHECK(parse_json(repeated("[", 128) + repeated("]", 128)).has_value());
    CHECK(parse_json(repeated("[", 129) + repeated("]", 129)).has_error());
    CHECK(parse_json(repeated("{\"a\":", 129) + "1" + repeated("}", 129)).has_error());
    CHECK(parse_json(repeated("[", 1'000'000)).has_error());
    CHECK(parse_json(repeated("{\"a\":", 1'000'000)).has_error());
}

TEST_CASE("is_json agrees with parse_json but for repeated names", "[api][json]") {
    CHECK(is_json("{\"a\":1}"));
    CHECK_FALSE(is_json("{\"a\":1"));
    CHECK_FALSE(is_json(""));
    CHECK_FALSE(is_json("\xEF\xBB\xBF{}"));
    CHECK(is_json(repeated("[", 128) + repeated("]", 128)));
    CHECK_FALSE(is_json(repeated("[", 129) + repeated("]", 129)));
    CHECK_FALSE(is_json(repeated("[", 1'000'000)));
}

TEST_CASE("dump_json survives bytes that are not UTF-8", "[api][json]") {
    CHECK(dump_json(nlohmann::json("a\xff")) == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("parse_xml refuses document types, entities and depth", "[api][xml]") {
    pugi::xml_document document;
    REQUIRE(parse_xml("<?xml version=\"1.0\"?><a><b>x &amp; y</b></a>", document).has_value());
    CHECK(std::string(document.child("a").child_value("b")) == "x & y");
    for (const std::string& bad :
         {std::string("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
          std::string("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"),
          std::string("<a>"),
          std::string("<a></b>"),
          std::string(""),
          std::string("text"),
          repeated("<a>", 65) + repeated("</a>", 65),
          repeated("<a>", 100'000) + repeated("</a>", 100'000)}) {
        CAPTURE(bad.substr(0, 60));
        CHECK(xml_verdict(bad) == Code::kInvalidArgument);
    }
    CHECK(xml_verdict(repeated("<a>", 60) + repeated("</a>", 60)) == Code::kInternal);
}

TEST_CASE("XmlWriter escapes what XML cannot carry bare", "[api][xml]") {
    XmlWriter xml;
    xml.open("A", "urn:x");
    xml.leaf("B", std::string("<&>\"\r\n\x01z", 8));
    xml.close();
    CHECK(
        xml.take() ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<A xmlns=\"urn:x\"><B>&lt;&amp;&gt;&quot;&#13;\n\xEF\xBF\xBDz</B></A>"
    );
}

TEST_CASE("Errors are rendered in each protocol's shape", "[api][errors]") {
    AwsError error(404, "NoSuchKey", "it is <gone>");
    error.with("Key", "a&b");
    const auto text = [](const http::Response& response) {
        return std::get<std::string>(response.body);
    };
    const auto json = nlohmann::json::parse(text(rest_json_error(error)));
    CHECK(json["Type"] == "User");
    CHECK(json["Message"] == "it is <gone>");
    CHECK(json["Key"] == "a&b");
    CHECK(rest_json_error(error).headers.find("x-amzn-ErrorType") == "NoSuchKey");
    CHECK(nlohmann::json::parse(text(json_rpc_error(error)))["__type"] == "NoSuchKey");
    const std::string s3 = text(s3_error(error, "/b/a&b", "ID"));
    CHECK(s3.find("<Code>NoSuchKey</Code><Message>it is &lt;gone&gt;</Message>") != s3.npos);
    CHECK(s3.find("<Key>a&amp;b</Key><Resource>/b/a&amp;b</Resource>") != s3.npos);
    const std::string query = text(query_error(AwsError(500, "X", "y"), "ID"));
    CHECK(query.find("<Type>Receiver</Type><Code>X</Code>") != query.npos);
    CHECK(query.find("<RequestId>ID</RequestId>") != query.npos);
}
