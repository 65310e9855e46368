// Attacks the framing with streams that are nearly right. The seed is fixed: a failure repeats.
#include "base/http/chunk_decoder.h"
#include "base/http/head_parser.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::http;

namespace {

constexpr HeadLimits kMutationLimits{64 * 1024, 8 * 1024, 100};

const std::vector<std::string>& corpus() {
    static const std::vector<std::string> kStreams = {
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "PUT /b/k?x=%20 HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "b\r\nhello world\r\n0\r\nX-T: y\r\n\r\n",
        "HEAD /a HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
        "POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: 127.0.0.1:4566\r\n"
        "X-Amz-Date: 20260101T000000Z\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    };
    return kStreams;
}

// Pieces that break parsers more often than single bytes do.
const std::vector<std::string>& fragments() {
    using namespace std::string_literals;
    static const std::vector<std::string> kPieces = {
        "\r\n"s,
        "\n"s,
        "\r"s,
        " "s,
        "\t"s,
        "\0"s,
        ":"s,
        ";"s,
        ","s,
        "0"s,
        "-"s,
        "+"s,
        "0x"s,
        "\r\n "s,
        "\r\n\r\n"s,
        "ffffffffffffffff"s,
        "Content-Length: 5\r\n"s,
        "Transfer-Encoding: chunked\r\n"s,
        "Transfer-Encoding: identity\r\n"s,
        "Host: x\r\n"s,
        "chunked"s,
        "identity"s,
        "\x80"s,
        "\xff"s,
        "HTTP/1.0"s,
        "0\r\n\r\n"s,
        "99999999999999999999"s,
    };
    return kPieces;
}

std::size_t below(std::mt19937& random, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

std::string mutate(std::string bytes, std::mt19937& random) {
    const std::size_t changes = 1 + below(random, 3);
    for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
        const std::size_t at = below(random, bytes.size());
        switch (below(random, 5)) {
            case 0:
                bytes[at] = static_cast<char>(below(random, 256));
                break;
            case 1:
                bytes.erase(at, 1 + below(random, 8));
                break;
            case 2:
                bytes.insert(at, fragments()[below(random, fragments().size())]);
                break;
            case 3:
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
                break;
            default: {
                const std::string copied = bytes.substr(at, below(random, 30));
                bytes.insert(below(random, bytes.size()), copied);
            }
        }
    }
    return bytes;
}

// What our parsers make of a stream, fed in pieces of at most `piece` bytes.
struct Reading {
    bool is_accepted = false;
    bool is_complete = false;
    std::string method, path, query, body;
    std::size_t used = 0;
    bool operator==(const Reading&) const = default;
};

Reading read_body(
    const std::string& bytes, const ParsedHead& parsed, Reading reading, std::size_t piece
) {
    if (!parsed.framing.is_chunked) {
        const std::size_t length = parsed.framing.content_length.value_or(0);
        reading.is_accepted = true;
        reading.is_complete = bytes.size() - reading.used >= length;
        reading.body = bytes.substr(reading.used, length);
        reading.used += reading.body.size();
        return reading;
    }
    ChunkDecoder decoder;
    while (reading.used < bytes.size() && !decoder.is_done()) {
        const auto part = std::string_view(bytes).substr(reading.used, piece);
        const auto used = decoder.feed(part, reading.body);
        if (used.has_error()) {
            return Reading();
        }
        reading.used += *used;
    }
    reading.is_accepted = true;
    reading.is_complete = decoder.is_done();
    return reading;
}

Reading read_stream(const std::string& bytes, std::size_t piece) {
    HeadScanner scanner(kMutationLimits);
    Reading reading;
    for (std::size_t size = std::min(piece, bytes.size());;) {
        const auto scanned = scanner.scan(std::string_view(bytes).substr(0, size));
        if (scanned.has_error()) {
            return reading;
        }
        if (scanned->has_value()) {
            reading.used = **scanned;
            break;
        }
        if (size == bytes.size()) {
            reading.is_accepted = true;
            return reading;
        }
        size = std::min(size + piece, bytes.size());
    }
    const auto parsed =
        parse_head(std::string_view(bytes).substr(0, reading.used), kMutationLimits);
    if (parsed.has_error()) {
        return Reading();
    }
    reading.method = parsed->head.method;
    reading.path = parsed->head.path;
    reading.query = parsed->head.query;
    return read_body(bytes, *parsed, std::move(reading), piece);
}

// What Beast's whole parser makes of it.
std::optional<Reading> read_by_beast(const std::string& bytes) {
    namespace beast = boost::beast::http;
    beast::request_parser<beast::string_body> parser;
    parser.eager(true);
    parser.header_limit(1 << 20);
    boost::system::error_code ec;
    Reading reading;
    // It is given the rest of the bytes again until it is done: it stops at each part.
    while (reading.used < bytes.size() && !parser.is_done()) {
        const auto rest =
            boost::asio::buffer(bytes.data() + reading.used, bytes.size() - reading.used);
        const std::size_t used = parser.put(rest, ec);
        reading.used += used;
        if (ec || used == 0) {
            return std::nullopt;
        }
    }
    if (!parser.is_done()) {
        return std::nullopt;
    }
    const std::string target(parser.get().target());
    reading.method = std::string(parser.get().method_string());
    reading.path = target.substr(0, target.find('?'));
    reading.query = target.find('?') == target.npos ? "" : target.substr(target.find('?') + 1);
    reading.body = parser.get().body();
    reading.is_accepted = reading.is_complete = true;
    return reading;
}

}  // namespace

TEST_CASE("Framing reads a stream the same however it is cut", "[base][mutation]") {
    std::mt19937 random(4566);
    for (int round = 0; round < 20'000; ++round) {
        const std::string bytes = mutate(corpus()[below(random, corpus().size())], random);
        CAPTURE(round, bytes);
        const Reading whole = read_stream(bytes, bytes.size() + 1);
        const Reading pieces = read_stream(bytes, 1 + below(random, 9));
        REQUIRE(whole == pieces);
    }
}

TEST_CASE("Framing never disagrees with another parser on what it accepts", "[base][mutation]") {
    std::mt19937 random(8080);
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string bytes = mutate(corpus()[below(random, corpus().size())], random);
        const Reading ours = read_stream(bytes, bytes.size() + 1);
        if (!ours.is_accepted || !ours.is_complete) {
            continue;
        }
        CAPTURE(round, bytes);
        const auto theirs = read_by_beast(bytes);
        REQUIRE(theirs);
        REQUIRE(*theirs == ours);
        ++accepted;
    }
    CHECK(accepted > 1000);
}
