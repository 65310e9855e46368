#include "triggers/http/http_answer.h"

#include "triggers/http/stream_head.h"

#include <catch2/catch.hpp>

using namespace lambent::triggers;
using State = StreamHead::State;

namespace {

// "status|name: value|…|body", or "malformed".
std::string text_of(const std::optional<HttpAnswer>& answer) {
    if (!answer) {
        return "malformed";
    }
    std::string text = std::to_string(answer->status) + "|";
    for (const auto& [name, value] : answer->fields) {
        text += name + ": " + value + "|";
    }
    return text + answer->body;
}

const std::string kEnd(8, '\0');

}  // namespace

TEST_CASE("What a function returns becomes an answer as on Lambda", "[triggers][http]") {
    const auto [payload, answer] = GENERATE(table<std::string, std::string>({
        // Inferred: everything without a statusCode is the body.
        {R"({"message":"hi"})", R"(200|Content-Type: application/json|{"message":"hi"})"},
        {R"("Hello")", "200|Content-Type: application/json|Hello"},
        {"null", "200|Content-Type: application/json|null"},
        {"[1, 2]", "200|Content-Type: application/json|[1, 2]"},
        {"42", "200|Content-Type: application/json|42"},
        {R"({"body":"x","headers":{}})",
         R"(200|Content-Type: application/json|{"body":"x","headers":{}})"},
        // Said.
        {R"({"statusCode":201,"body":"made"})", "201|Content-Type: application/json|made"},
        {R"({"statusCode":204})", "204|Content-Type: application/json|"},
        {R"({"statusCode":"302","headers":{"location":"/x"}})",
         "302|location: /x|Content-Type: application/json|"},
        {R"({"statusCode":200,"headers":{"content-type":"text/html"},"body":"<p>"})",
         "200|content-type: text/html|<p>"},
        {R"({"statusCode":200,"headers":{"x-n":1,"x-b":true,"x-o":null},"body":null})",
         "200|x-b: true|x-n: 1|Content-Type: application/json|"},
        {R"({"statusCode":200,"cookies":["a=1; Path=/","b=2"],"body":""})",
         "200|Set-Cookie: a=1; Path=/|Set-Cookie: b=2|Content-Type: application/json|"},
        {R"({"statusCode":200,"isBase64Encoded":true,"body":"aGk="})",
         "200|Content-Type: application/json|hi"},
        {R"({"statusCode":200,"body":{"a":1}})", R"(200|Content-Type: application/json|{"a":1})"},
        {R"({"statusCode":200,"headers":{"Connection":"close","Content-Length":"9"},"body":"x"})",
         "200|x-amzn-Remapped-Connection: close|x-amzn-Remapped-Content-Length: 9|"
         "Content-Type: application/json|x"},
    }));
    CHECK(text_of(http_answer(payload)) == answer);
}

TEST_CASE("An answer that is none is malformed", "[triggers][http]") {
    const auto payload = GENERATE(
        as<std::string>{},
        "",
        "not json",
        "{",
        R"({"statusCode":null,"body":"x"})",
        R"({"statusCode":"abc"})",
        R"({"statusCode":99})",
        R"({"statusCode":101})",
        R"({"statusCode":600})",
        R"({"statusCode":200.5})",
        R"({"statusCode":true})",
        R"({"statusCode":1e99})",
        R"({"statusCode":200,"headers":[]})",
        R"({"statusCode":200,"headers":"x"})",
        R"({"statusCode":200,"headers":{"a":{}}})",
        R"({"statusCode":200,"headers":{"a":[1]}})",
        R"({"statusCode":200,"headers":{"a b":"x"}})",
        R"({"statusCode":200,"headers":{"":"x"}})",
        R"({"statusCode":200,"headers":{"a:b":"x"}})",
        R"({"statusCode":200,"headers":{"a":"x\r\nSet-Cookie: evil=1"}})",
        R"({"statusCode":200,"headers":{"a":"x\u0000"}})",
        R"({"statusCode":200,"cookies":"a=1"})",
        R"({"statusCode":200,"cookies":[1]})",
        R"({"statusCode":200,"cookies":["a=1\r\nx: y"]})",
        R"({"statusCode":200,"isBase64Encoded":true,"body":"***"})"
    );
    CAPTURE(payload);
    CHECK(text_of(http_answer(payload)) == "malformed");
}

TEST_CASE("An answer that is nested too deep is malformed", "[triggers][http]") {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    CHECK(text_of(http_answer(deep)) == "malformed");
}

TEST_CASE("A stream that was collected is read as one", "[triggers][http]") {
    const std::string payload =
        R"({"statusCode":418,"headers":{"content-type":"text/plain"}})" + kEnd + "body";
    CHECK(text_of(http_answer(payload)) == "418|content-type: text/plain|body");
}

TEST_CASE("The head of a stream is found however its bytes come", "[triggers][http]") {
    const std::string all =
        R"({"statusCode":202,"headers":{"content-type":"text/plain"},"cookies":["a=1"]})" + kEnd +
        "first";
    const std::string expected = "202|content-type: text/plain|Set-Cookie: a=1|";
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        StreamHead head(kPreludeType);
        State state = head.feed(all.substr(0, cut));
        if (state == State::kOpen) {
            state = head.feed(all.substr(cut));
        }
        REQUIRE(state == State::kWhole);
        CHECK(text_of(head.take_answer()).starts_with(expected));
    }
}

TEST_CASE("A stream of another type has no prelude", "[triggers][http]") {
    StreamHead typed("text/event-stream");
    CHECK(typed.feed("data: 1") == State::kWhole);
    CHECK(text_of(typed.take_answer()) == "200|Content-Type: text/event-stream|data: 1");
    StreamHead untyped("");
    CHECK(untyped.feed("{}") == State::kWhole);
    CHECK(text_of(untyped.take_answer()) == "200|Content-Type: application/octet-stream|{}");
}

TEST_CASE("A prelude that is none, or has no end, is broken", "[triggers][http]") {
    StreamHead none(kPreludeType);
    CHECK(none.feed("not json" + kEnd) == State::kBroken);
    StreamHead wrong(kPreludeType);
    CHECK(wrong.feed(R"({"statusCode":0})" + kEnd) == State::kBroken);
    StreamHead endless(kPreludeType);
    State state = State::kOpen;
    for (int i = 0; i < 100 && state == State::kOpen; ++i) {
        state = endless.feed(std::string(1024, ' '));
    }
    CHECK(state == State::kBroken);
}
