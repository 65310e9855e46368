#include "api/wire/aws_chunked.h"
#include "api/wire/checked_body.h"
#include "api/wire/sigv4.h"
#include "tests/support/run_flow.h"

#include <catch2/catch.hpp>

#include <deque>

using namespace lambent;
using namespace lambent::api;
using lambent::tests::run_flow;

namespace {

ChunkSeal seal() {
    ChunkSeal made;
    made.amz_time = "20260101T000000Z";
    made.scope = CredentialScope{"20260101", "us-east-1", "s3"};
    made.signing_key = signing_key("secret", made.scope);
    made.seed_signature = std::string(64, '5');
    return made;
}

// Writes a body the way a client does.
class Encoder {
  public:
    explicit Encoder(bool is_signed) : is_signed_(is_signed) {}

    Encoder& chunk(const std::string& data) {
        constexpr char kDigits[] = "0123456789abcdef";
        std::string size;
        for (std::size_t left = data.size(); left > 0; left /= 16) {
            size.insert(size.begin(), kDigits[left % 16]);
        }
        out += size.empty() ? "0" : size;
        if (is_signed_) {
            const std::string hashes = hash_of("") + "\n" + hash_of(data);
            out += ";chunk-signature=" + next("AWS4-HMAC-SHA256-PAYLOAD", hashes);
        }
        out += "\r\n" + data + (data.empty() ? "" : "\r\n");
        return *this;
    }
    Encoder& trailer(const std::string& name, const std::string& value) {
        out += name + ":" + value + "\r\n";
        if (is_signed_) {
            const std::string hash = hash_of(name + ":" + value + "\n");
            out += "x-amz-trailer-signature:" + next("AWS4-HMAC-SHA256-TRAILER", hash) + "\r\n";
        }
        return *this;
    }
    std::string end() { return out + "\r\n"; }

    std::string out;

  private:
    static std::string hash_of(const std::string& text) {
        return to_hex(digest(HashKind::kSha256, text));
    }
    std::string next(const std::string& kind, const std::string& hashes) {
        const ChunkSeal by = seal();
        last_ = sign(
            by.signing_key,
            kind + "\n" + by.amz_time + "\n" + by.scope.text() + "\n" + last_ + "\n" + hashes
        );
        return last_;
    }
    bool is_signed_;
    std::string last_ = seal().seed_signature;
};

struct Decoded {
    std::string subject;  // of the error; empty when there was none
    std::string body;
    std::size_t used = 0;
    bool is_done = false;
};

Decoded decode(const AwsChunkedPlan& plan, std::string_view bytes, std::size_t piece = 4096) {
    AwsChunkedDecoder decoder(plan);
    Decoded result;
    while (result.used < bytes.size() && !decoder.is_done()) {
        const auto used = decoder.feed(bytes.substr(result.used, piece), result.body);
        if (used.has_error()) {
            result.subject = used.error().subject();
            return result;
        }
        result.used += *used;
    }
    result.is_done = decoder.is_done();
    return result;
}

AwsChunkedPlan plan(std::uint64_t bytes, bool is_signed, std::string trailer = "") {
    AwsChunkedPlan made;
    made.decoded_bytes = bytes;
    made.is_signed = is_signed;
    made.trailer = std::move(trailer);
    if (is_signed) {
        made.seal = seal();
    }
    return made;
}

// Hands out a body in given pieces.
class PiecesBody final : public http::BodyReader {
  public:
    explicit PiecesBody(std::deque<std::string> pieces) : pieces_(std::move(pieces)) {}
    Task<Result<std::string>> read_some() override {
        std::string piece;
        if (!pieces_.empty()) {
            piece = std::move(pieces_.front());
            pieces_.pop_front();
        }
        co_return piece;
    }
    std::optional<std::uint64_t> content_length() const override { return std::nullopt; }

  private:
    std::deque<std::string> pieces_;
};

Result<std::string> read_all(http::BodyReader& body) {
    boost::asio::io_context loop;
    return run_flow(loop, body.read_all(1 << 20));
}

const std::string kData(100'000, 'x');

}  // namespace

TEST_CASE("AwsChunkedDecoder decodes signed chunks however they are cut", "[api][AwsChunked]") {
    const std::string bytes = Encoder(true).chunk(kData).chunk("hello").chunk("").end();
    const std::size_t piece = GENERATE(1, 3, 1000, 1'000'000);
    const Decoded decoded = decode(plan(100'005, true), bytes + "rest", piece);
    CHECK(decoded.subject.empty());
    CHECK(decoded.is_done);
    CHECK(decoded.body == kData + "hello");
    CHECK(decoded.used == bytes.size());
}

TEST_CASE("AwsChunkedDecoder decodes an empty body", "[api][AwsChunked]") {
    CHECK(decode(plan(0, true), Encoder(true).chunk("").end()).is_done);
    const std::string trailer = "x-amz-checksum-crc32";
    const std::string bytes = Encoder(false).chunk("").trailer(trailer, "AAAAAA==").end();
    CHECK(decode(plan(0, false, trailer), bytes).is_done);
}

TEST_CASE("AwsChunkedDecoder checks the checksum behind the body", "[api][AwsChunked]") {
    // The check values of "123456789".
    const auto [name, value] = GENERATE(table<std::string, std::string>(
        {{"x-amz-checksum-crc32", "y/Q5Jg=="},
         {"x-amz-checksum-crc32c", "4waSgw=="},
         {"x-amz-checksum-crc64nvme", "rosUhgp5mIg="},
         {"x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="},
         {"x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="}}
    ));
    const bool is_signed = GENERATE(true, false);
    CAPTURE(name, is_signed);
    const auto body = [is_signed](const std::string& trailer, const std::string& of) {
        return Encoder(is_signed).chunk("123456").chunk("789").chunk("").trailer(trailer, of).end();
    };
    CHECK(decode(plan(9, is_signed, name), body(name, value)).is_done);
    std::string other = value;
    other[0] = other[0] == 'A' ? 'B' : 'A';
    CHECK(decode(plan(9, is_signed, name), body(name, other)).subject == "trailer_checksum");
    CHECK(decode(plan(9, is_signed, name), body("x-amz-meta-a", value)).subject == "body_encoding");
}

TEST_CASE("AwsChunkedDecoder misses a trailer that was announced", "[api][AwsChunked]") {
    const std::string bytes = Encoder(false).chunk("a").chunk("").end();
    CHECK(decode(plan(1, false, "x-amz-checksum-crc32"), bytes).subject == "trailer_checksum");
}

TEST_CASE("AwsChunkedDecoder refuses any other signature of any chunk", "[api][AwsChunked]") {
    const std::string bytes = Encoder(true).chunk("hello").chunk("world").chunk("").end();
    for (std::size_t at = bytes.find('='); at != std::string::npos; at = bytes.find('=', at + 1)) {
        std::string changed = bytes;
        changed[at + 1] = changed[at + 1] == 'a' ? 'b' : 'a';
        CHECK(decode(plan(10, true), changed).subject == "chunk_signature");
    }
    std::string data = bytes;
    data.replace(data.find("world"), 5, "World");
    CHECK(decode(plan(10, true), data).subject == "chunk_signature");
    AwsChunkedPlan other = plan(10, true);
    other.seal->seed_signature[0] = '6';
    CHECK(decode(other, bytes).subject == "chunk_signature");
}

TEST_CASE("AwsChunkedDecoder refuses chunks in another order", "[api][AwsChunked]") {
    const std::string one = Encoder(true).chunk("hello").out;
    Encoder both(true);
    const std::string two = both.chunk("hello").chunk("world").out.substr(one.size());
    CHECK(decode(plan(10, true), two + one).subject == "chunk_signature");
    CHECK(decode(plan(10, true), one + one).subject == "chunk_signature");
}

TEST_CASE("AwsChunkedDecoder refuses another signature of the trailer", "[api][AwsChunked]") {
    const std::string name = "x-amz-checksum-crc32";
    std::string bytes = Encoder(true).chunk("123456789").chunk("").trailer(name, "y/Q5Jg==").end();
    const std::size_t at = bytes.find("x-amz-trailer-signature:") + 24;
    bytes[at] = bytes[at] == 'a' ? 'b' : 'a';
    CHECK(decode(plan(9, true, name), bytes).subject == "chunk_signature");
    const std::string unsigned_trailer =
        Encoder(true).chunk("123456789").chunk("").out + name + ":y/Q5Jg==\r\n\r\n";
    CHECK(decode(plan(9, true, name), unsigned_trailer).subject == "chunk_signature");
}

TEST_CASE("AwsChunkedDecoder compares the length that was announced", "[api][AwsChunked]") {
    const std::string bytes = Encoder(true).chunk("hello").chunk("").end();
    CHECK(decode(plan(6, true), bytes).subject == "body_incomplete");
    CHECK(decode(plan(4, true), bytes).subject == "body_incomplete");
    CHECK(decode(plan(0, true), bytes).subject == "body_incomplete");
}

TEST_CASE("AwsChunkedDecoder refuses broken framing", "[api][AwsChunked]") {
    const std::string bytes = GENERATE(
        "\r\n",
        "x\r\n",
        "-1\r\nhello\r\n",
        "+5\r\nhello\r\n",
        "0x5\r\nhello\r\n",
        " 5\r\nhello\r\n",
        "ffffffffffffffffff\r\n",
        "0000000000005\r\nhello\r\n",
        "5;a=b\r\nhello\r\n",
        "5;\r\nhello\r\n",
        "5;chunk-signature=\r\nhello\r\n",
        "5\r\nhelloX\r\n",
        "5\r\nhell\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
        "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n"
    );
    CAPTURE(bytes);
    CHECK(decode(plan(5, false), bytes).subject == "body_encoding");
    CHECK(decode(plan(5, false), std::string(5000, 'a')).subject == "body_encoding");
}

TEST_CASE(
    "AwsChunkedDecoder wants signatures exactly when the request has them", "[api][AwsChunked]"
) {
    const std::string bare = Encoder(false).chunk("hello").chunk("").end();
    const std::string with = Encoder(true).chunk("hello").chunk("").end();
    CHECK(decode(plan(5, true), bare).subject == "body_encoding");
    CHECK(decode(plan(5, false), with).subject == "body_encoding");
    AwsChunkedPlan unchecked = plan(5, true);
    unchecked.seal.reset();
    CHECK(decode(unchecked, with).is_done);
}

TEST_CASE("AwsChunkedBody ends only when the body did", "[api][AwsChunked]") {
    const std::string bytes = Encoder(true).chunk("hello").chunk("").end();
    PiecesBody whole({bytes.substr(0, 20), bytes.substr(20)});
    AwsChunkedBody good(whole, plan(5, true));
    CHECK(good.content_length() == 5);
    CHECK(read_all(good).value() == "hello");

    PiecesBody cut({bytes.substr(0, bytes.size() - 2)});
    AwsChunkedBody short_body(cut, plan(5, true));
    CHECK(read_all(short_body).error().subject() == "body_incomplete");
    CHECK(read_all(short_body).error().subject() == "body_incomplete");

    PiecesBody longer({bytes, "more"});
    AwsChunkedBody long_body(longer, plan(5, true));
    CHECK(read_all(long_body).error().subject() == "body_encoding");
}

TEST_CASE("HashedBody refuses a body of another hash, every time", "[api][HashedBody]") {
    const std::string hash = to_hex(digest(HashKind::kSha256, "hello"));
    PiecesBody right({"hel", "lo"});
    HashedBody good(right, hash);
    CHECK(read_all(good).value() == "hello");
    PiecesBody wrong({"hel", "l0"});
    HashedBody bad(wrong, hash);
    CHECK(read_all(bad).error().subject() == "content_sha256");
    CHECK(read_all(bad).error().subject() == "content_sha256");
}
