#include "triggers/objects/checksum.h"

#include "base/files/content_hash.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::triggers;

namespace {

std::string hex_of(ChecksumKind kind, const std::string& text) {
    Checksum checksum(kind);
    for (const char c : text) {
        checksum.update(std::string(1, c));
    }
    return to_hex(checksum.finish());
}

}  // namespace

TEST_CASE("A checksum has the published check values", "[triggers][Checksum]") {
    CHECK(hex_of(ChecksumKind::kCrc32, "123456789") == "cbf43926");
    CHECK(hex_of(ChecksumKind::kCrc32c, "123456789") == "e3069283");
    CHECK(hex_of(ChecksumKind::kCrc64Nvme, "123456789") == "ae8b14860a799888");
    CHECK(hex_of(ChecksumKind::kSha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(
        hex_of(ChecksumKind::kSha256, "") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    CHECK(hex_of(ChecksumKind::kNone, "abc").empty());
}

TEST_CASE("A checksum's kind survives its name and length", "[triggers][Checksum]") {
    for (const ChecksumKind kind :
         {ChecksumKind::kCrc32,
          ChecksumKind::kCrc32c,
          ChecksumKind::kCrc64Nvme,
          ChecksumKind::kSha1,
          ChecksumKind::kSha256}) {
        CHECK(checksum_kind(to_string(kind)) == kind);
        CHECK(Checksum(kind).finish().size() == checksum_bytes(kind));
    }
    CHECK(checksum_kind("MD5") == ChecksumKind::kNone);
}
