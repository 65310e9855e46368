#include "base/http/response_head.h"
#include "base/http/token.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::http;

TEST_CASE("A token has no blanks, controls or separators", "[base][http]") {
    CHECK(is_token("x-amz-meta-a_b.c~1"));
    CHECK_FALSE(is_token(""));
    for (const char* name : {"a b", "a\nb", "a\r", "a:", "a\tb", "\"a\"", "a/b", "\xC3\xA4"}) {
        CHECK_FALSE(is_token(name));
    }
    CHECK_FALSE(is_token(std::string("a\0b", 3)));
}

TEST_CASE("No field of an answer forges another one", "[base][http]") {
    Response response;
    response.headers.add("X-Kept", "1\r\nX-Forged: 2");
    response.headers.add("a\r\nX-Forged", "3");
    response.headers.add("b\nX-Forged", "4");
    response.headers.add("c: d\r\nX-Forged", "5");
    response.headers.add("X Blank", "6");
    response.headers.add("", "7");
    response.headers.add("X-Last", "8");
    std::string head;
    render_head(response, AnswerContext(), head);
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\nX-Kept: 1  X-Forged: 2\r\nX-Last: 8\r\nDate: "));
    CHECK(head.ends_with("\r\nContent-Length: 0\r\n\r\n"));
}
