#include "triggers/objects/part_choice.h"

#include "base/files/content_hash.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::triggers;

namespace {

UploadPart part(int number, std::uint64_t size, const std::string& text) {
    UploadPart made;
    made.number = number;
    made.size = size;
    made.etag = to_hex(digest(HashKind::kMd5, text));
    return made;
}

PartChoice choice(const UploadPart& stored) {
    return {stored.number, stored.etag, ""};
}

std::string refusal(const std::vector<UploadPart>& stored, const std::vector<PartChoice>& wanted) {
    const auto chosen = choose_parts(stored, wanted);
    return chosen.has_error() ? chosen.error().subject() : "";
}

}  // namespace

TEST_CASE("Parts complete an upload only as S3 allows", "[triggers][part_choice]") {
    const auto a = part(1, kPartBytesMin, "a");
    const auto b = part(3, kPartBytesMin, "b");
    const auto c = part(10'000, 1, "c");
    const std::vector<UploadPart> stored{a, b, c};
    CHECK(refusal(stored, {choice(a), choice(b), choice(c)}).empty());
    CHECK(refusal(stored, {choice(b)}).empty());
    CHECK(refusal(stored, {}) == "parts_missing");
    CHECK(refusal(stored, {choice(b), choice(a)}) == "part_order");
    CHECK(refusal(stored, {choice(a), choice(a)}) == "part_order");
    CHECK(refusal(stored, {choice(part(2, 9, "x"))}) == "part");
    CHECK(refusal(stored, {choice(part(1, 9, "other bytes"))}) == "part");
    const auto small = part(2, kPartBytesMin - 1, "s");
    CHECK(refusal({a, small, b}, {choice(a), choice(small), choice(b)}) == "part_size");
    CHECK(refusal({a, small}, {choice(a), choice(small)}).empty());
}

TEST_CASE("A multipart ETag is the MD5 of the parts' MD5s", "[triggers][part_choice]") {
    const std::vector<UploadPart> parts{part(1, 1, "one"), part(2, 1, "two")};
    const std::string sums = digest(HashKind::kMd5, "one") + digest(HashKind::kMd5, "two");
    CHECK(multipart_etag(parts) == to_hex(digest(HashKind::kMd5, sums)) + "-2");
}

TEST_CASE("A composite checksum is one of the parts' checksums", "[triggers][part_choice]") {
    std::vector<UploadPart> parts{part(1, 1, "one"), part(2, 1, "two")};
    CHECK(composite_checksum(ChecksumKind::kSha256, parts).empty());
    parts[0].checksum = to_base64(digest(HashKind::kSha256, "one"));
    parts[1].checksum = to_base64(digest(HashKind::kSha256, "two"));
    const std::string sums = digest(HashKind::kSha256, "one") + digest(HashKind::kSha256, "two");
    CHECK(
        composite_checksum(ChecksumKind::kSha256, parts) ==
        to_base64(digest(HashKind::kSha256, sums)) + "-2"
    );
}
