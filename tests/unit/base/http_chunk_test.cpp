#include "base/http/chunk_decoder.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::http;

namespace {

struct Decoded {
    bool is_ok = false;
    bool is_done = false;
    std::size_t used = 0;
    std::string body;
};

Decoded decode(std::string_view bytes, std::size_t piece) {
    ChunkDecoder decoder;
    Decoded result;
    while (result.used < bytes.size() && !decoder.is_done()) {
        const auto used = decoder.feed(bytes.substr(result.used, piece), result.body);
        if (used.has_error()) {
            CHECK(used.error().code() == Code::kInvalidArgument);
            return result;
        }
        result.used += *used;
    }
    result.is_ok = true;
    result.is_done = decoder.is_done();
    return result;
}

}  // namespace

TEST_CASE("ChunkDecoder decodes however the bytes are cut", "[base][ChunkDecoder]") {
    const std::string bytes =
        "5\r\nhello\r\n00a;name=\"v\"\r\n, world 12\r\nB\r\n34567890abc\r\n0\r\nX-T: y\r\n\r\n";
    const std::size_t piece = GENERATE(1, 2, 3, 7, 1000);
    const Decoded decoded = decode(bytes + "GET", piece);
    REQUIRE(decoded.is_ok);
    CHECK(decoded.is_done);
    CHECK(decoded.body == "hello, world 1234567890abc");
    CHECK(decoded.used == bytes.size());
}

TEST_CASE("ChunkDecoder refuses broken framing at whatever cut", "[base][ChunkDecoder]") {
    using namespace std::string_literals;
    const std::string bytes = GENERATE(
        "\r\n"s,
        ";x\r\n"s,
        "g\r\n"s,
        "-1\r\n"s,
        "+1\r\n"s,
        " 5\r\nhello\r\n"s,
        "5 \r\nhello\r\n"s,
        "0x5\r\nhello\r\n"s,
        "5\nhello\r\n"s,
        "5\r\nhello!\r\n"s,
        "5\r\nhello\n0\r\n\r\n"s,
        "5\r\nhell\r\n0\r\n\r\n"s,
        "5\rhello"s,
        "ffffffffffffffff\r\n"s,
        "10000000000000005\r\n"s,
        "00000000000000005\r\nhello\r\n"s,
        "5;\r\nhello\r\n"s,
        "5;=b\r\nhello\r\n"s,
        "5;a b\r\nhello\r\n"s,
        "5;a\nb\r\nhello\r\n"s,
        "5;a\0b\r\nhello\r\n"s,
        "0\r\nX: y\n\r\n"s,
        "0\r\n folded\r\n\r\n"s,
        "0\r\n: y\r\n\r\n"s,
        "0\r\nno colon\r\n\r\n"s,
        "0\r\nX: \x01\r\n\r\n"s,
        "0\r\n\rX"s
    );
    const std::size_t piece = GENERATE(1, 1000);
    CAPTURE(bytes, piece);
    CHECK_FALSE(decode(bytes, piece).is_ok);
}

TEST_CASE("ChunkDecoder bounds extensions and trailers", "[base][ChunkDecoder]") {
    CHECK_FALSE(decode("5;" + std::string(1 << 20, 'a'), 4096).is_ok);
    std::string trailers = "0\r\n";
    for (int i = 0; i < 2000; ++i) {
        trailers += "X-Trailer: value\r\n";
    }
    CHECK_FALSE(decode(trailers + "\r\n", 4096).is_ok);
}

TEST_CASE("ChunkDecoder stops at the end of the body", "[base][ChunkDecoder]") {
    ChunkDecoder decoder;
    std::string body;
    CHECK(decoder.feed("0\r\n\r\nGET / HTTP/1.1", body).value() == 5);
    CHECK(decoder.is_done());
    CHECK(decoder.feed("5\r\n", body).value() == 0);
    CHECK(body.empty());
}
