// Attacks the signatures with requests that are nearly right. The seed is fixed: a failure repeats.
#include "api/wire/aws_chunked.h"
#include "api/wire/json.h"
#include "api/wire/signature_verifier.h"
#include "api/wire/xml.h"
#include "base/files/content_hash.h"
#include "tests/unit/api/wire_signing.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include <random>

using namespace lambent;
using namespace lambent::api;
using namespace lambent::tests;

namespace {

std::size_t below(std::mt19937& random, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

// Another byte in place of one; a carriage return or NUL would not come through the server.
void flip(std::string& text, std::mt19937& random) {
    const std::size_t at = below(random, text.size());
    char other = text[at];
    while (other == text[at] || other == '\0' || other == '\r' || other == '\n') {
        other = static_cast<char>(below(random, 256));
    }
    text[at] = other;
}

bool is_accepted(
    SignatureVerifier& verifier, const http::RequestHead& head, const std::string& body
) {
    const auto query = http::parse_query(head.query);
    if (query.has_error()) {
        return false;
    }
    const auto authorization = read_authorization(head, *query);
    if (authorization.has_error() || !authorization->has_value()) {
        return false;
    }
    if (verifier.check_claims(head, **authorization).has_error()) {
        return false;
    }
    const bool is_open = (*authorization)->form == Authorization::Form::kQuery &&
                         (*authorization)->scope.service == "s3";
    const std::string payload =
        is_open ? std::string(kUnsignedPayload) : to_hex(digest(HashKind::kSha256, body));
    return verifier.verify(head, **authorization, payload).has_value();
}

std::string words(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c != ' ' || (!out.empty() && out.back() != ' ')) {
            out += c;
        }
    }
    return out.ends_with(' ') ? out.substr(0, out.size() - 1) : out;
}

// Not a path that stands for another one: those the front door refuses whatever they carry.
bool is_normal(const SignedVector& vector) {
    return vector.service == "s3" || (vector.path.find("//") == std::string::npos &&
                                      vector.path.find("/.") == std::string::npos);
}

// Changes one byte of one part of the request; false when the change means nothing.
bool change(SignedVector& vector, std::mt19937& random) {
    std::vector<std::string*> parts{&vector.method, &vector.path};
    for (std::string* part : {&vector.query}) {
        if (!part->empty()) {
            parts.push_back(part);
        }
    }
    const bool is_presigned = vector.query.find("X-Amz-Signature") != std::string::npos;
    if (!vector.body.empty() && !is_presigned) {
        parts.push_back(&vector.body);
    }
    for (auto& [name, value] : vector.headers) {
        // A presigned address covers the host and nothing else that these requests send.
        if (!value.empty() && (!is_presigned || name == "Host")) {
            parts.push_back(&value);
        }
    }
    std::string& chosen = *parts[below(random, parts.size())];
    const std::string before = words(chosen);
    flip(chosen, random);
    return words(chosen) != before;
}

}  // namespace

TEST_CASE("No change of a signed byte is ever accepted", "[api][mutation]") {
    std::mt19937 random(4566);
    ManualClock clock;
    set_wall(clock, kVectorTime);
    const Credentials credentials = vector_credentials();
    SignatureVerifier verifier("us-east-1", credentials, clock);
    int tried = 0;
    while (tried < 10'000) {
        SignedVector vector = kSignedVectors[below(random, kSignedVectors.size())];
        if (!is_normal(vector) || !change(vector, random)) {
            continue;
        }
        ++tried;
        CAPTURE(tried, vector.name, vector.method, vector.path, vector.query);
        const bool is_let_in = vector.path.starts_with('/') && is_normal(vector) &&
                               is_accepted(verifier, head_of(vector), vector.body);
        REQUIRE_FALSE(is_let_in);
    }
}

TEST_CASE("No change of an aws-chunked body changes what comes out of it", "[api][mutation]") {
    ChunkSeal seal;
    seal.amz_time = "20260101T000000Z";
    seal.scope = CredentialScope{"20260101", "us-east-1", "s3"};
    seal.signing_key = signing_key("secret", seal.scope);
    seal.seed_signature = std::string(64, '5');
    const std::string data = "hello, world: 123456789";
    const std::string prefix = seal.amz_time + "\n" + seal.scope.text() + "\n";
    const auto hash = [](const std::string& text) {
        return to_hex(digest(HashKind::kSha256, text));
    };
    std::string last = seal.seed_signature;
    std::string body;
    for (const auto& [size, chunk] :
         std::vector<std::pair<std::string, std::string>>{{"17", data}, {"0", ""}}) {
        const std::string text =
            "AWS4-HMAC-SHA256-PAYLOAD\n" + prefix + last + "\n" + hash("") + "\n" + hash(chunk);
        last = sign(seal.signing_key, text);
        body += size + ";chunk-signature=" + last + "\r\n" + chunk + (chunk.empty() ? "" : "\r\n");
    }
    body += "\r\n";
    AwsChunkedPlan plan;
    plan.decoded_bytes = data.size();
    plan.is_signed = true;
    plan.seal = seal;

    std::mt19937 random(99);
    for (int round = 0; round < 10'000; ++round) {
        std::string changed = body;
        if (below(random, 4) == 0) {
            changed.erase(below(random, changed.size()), 1 + below(random, 40));
        } else {
            const std::size_t at = below(random, changed.size());
            changed[at] = static_cast<char>(changed[at] ^ (1 << below(random, 8)));
        }
        AwsChunkedDecoder decoder(plan);
        std::string out;
        const auto used = decoder.feed(changed, out);
        CAPTURE(round, changed);
        REQUIRE((used.has_error() || !decoder.is_done() || out == data));
    }
}

TEST_CASE("JSON and XML that are nearly right are parsed or refused", "[api][mutation]") {
    const std::string json =
        "{\"FunctionName\":\"f\",\"Timeout\":3,\"Environment\":{\"Variables\":{\"A\":\"\\u00e9\"}},"
        "\"Layers\":[1,-2.5e3,null,true]}";
    const std::string xml =
        "<?xml version=\"1.0\"?><Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object>"
        "<Key>a&amp;b</Key></Object><Quiet>true</Quiet></Delete>";
    std::mt19937 random(7);
    int parsed = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string text = json;
        flip(text, random);
        flip(text, random);
        const auto value = parse_json(text);
        if (value.has_value()) {
            ++parsed;
            REQUIRE(parse_json(dump_json(*value)).has_value());
            REQUIRE(is_json(text));
        }
        std::string markup = xml;
        flip(markup, random);
        flip(markup, random);
        pugi::xml_document document;
        parsed += parse_xml(markup, document).has_value() ? 1 : 0;
    }
    CHECK(parsed > 100);
}
