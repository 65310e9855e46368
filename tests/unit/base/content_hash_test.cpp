#include "base/files/content_hash.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;

TEST_CASE("Digest of known texts is what the standards say", "[base][Digest]") {
    CHECK(
        to_hex(digest(HashKind::kSha256, "abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    CHECK(to_hex(digest(HashKind::kSha1, "abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(to_hex(digest(HashKind::kMd5, "")) == "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_CASE("Digest in pieces equals the digest of the whole", "[base][Digest]") {
    Digest pieces(HashKind::kSha256);
    pieces.update("a");
    pieces.update("");
    Digest moved = std::move(pieces);
    moved.update("bc");
    CHECK(moved.finish() == digest(HashKind::kSha256, "abc"));
}

TEST_CASE("hmac_sha256 gives the RFC 4231 value", "[base][Digest]") {
    CHECK(
        to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

TEST_CASE("Base64 round-trips every length of padding", "[base][Digest]") {
    const std::string bytes("\x00\xff\x10zq", 5);
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        std::string back = "untouched";
        REQUIRE(from_base64(to_base64(bytes.substr(0, size)), back));
        CHECK(back == bytes.substr(0, size));
    }
    CHECK(to_base64("Man") == "TWFu");
}

TEST_CASE("Base64 with white space, early padding or half groups is refused", "[base][Digest]") {
    std::string back = "untouched";
    for (const char* bad : {"TWFu\n", " TWF", "T=Fu", "A===", "====", "TWF", "TW-_"}) {
        CAPTURE(bad);
        CHECK_FALSE(from_base64(bad, back));
    }
    CHECK(back == "untouched");
}
