#include "base/files/content_hash.h"
#include "tests/support/object_room.h"
#include "triggers/objects/part_choice.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <string>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

struct Parts : ObjectRoom {
    Parts() { run(store->create_bucket("photos")).value(); }

    MultipartUpload begin(
        const std::string& key, ChecksumScope scope, ChecksumKind kind = ChecksumKind::kNone
    ) {
        ObjectInfo object;
        object.bucket = "photos";
        object.key = key;
        object.content_type = "image/png";
        object.metadata = {{"a", "b"}};
        object.checksum_kind = kind;
        return run(store->multipart().create(object, scope)).value();
    }
    UploadPart put_part(const MultipartUpload& upload, int number, const std::string& bytes) {
        const ChecksumKind kind = upload.object.checksum_kind;
        auto part = run(store->begin_upload("photos", kind)).value();
        run(part->write(bytes)).value();
        return run(store->multipart().put_part(upload, number, std::move(part))).value();
    }
    Result<ObjectInfo> complete(const MultipartUpload& upload, std::vector<UploadPart> parts) {
        std::vector<PartChoice> choices;
        for (const UploadPart& part : parts) {
            choices.push_back({part.number, part.etag, part.checksum});
        }
        return run(store->multipart().complete(upload, std::move(choices), Cause()));
    }
};

const std::string kBig(kPartBytesMin, 'b');

template <class T>
std::string subject(const Result<T>& result) {
    return result.has_error() ? result.error().subject() : "";
}

}  // namespace

TEST_CASE("MultipartUploads writes the parts together", "[triggers][MultipartUploads]") {
    Parts room;
    std::vector<NotificationRule> rules{{"r", "f", {"s3:ObjectCreated:*"}, "", ""}};
    room.run(room.store->set_notifications("photos", std::move(rules))).value();
    const MultipartUpload upload = room.begin("big", ChecksumScope::kComposite);
    const UploadPart tail = room.put_part(upload, 7, "tail");
    room.put_part(upload, 2, "thrown away");
    const UploadPart head = room.put_part(upload, 2, kBig);
    room.put_part(upload, 9, "never named");
    room.open();  // parts survive a restart
    const ObjectInfo object = room.complete(upload, {head, tail}).value();
    CHECK(object.size == kBig.size() + 4);
    CHECK(object.etag == multipart_etag({head, tail}));
    CHECK(object.blob == to_hex(digest(HashKind::kSha256, kBig + "tail")));
    CHECK(object.metadata.at("a") == "b");
    CHECK(room.files() == std::set<std::string>{object.blob});
    CHECK(room.events().size() == 1);
    CHECK(subject(room.complete(upload, {head, tail})) == "upload");
}

TEST_CASE(
    "MultipartUploads keeps the checksum that was asked for", "[triggers][MultipartUploads]"
) {
    Parts room;
    const auto composite = room.begin("c", ChecksumScope::kComposite, ChecksumKind::kCrc32);
    const UploadPart one = room.put_part(composite, 1, kBig);
    const UploadPart two = room.put_part(composite, 2, "x");
    CHECK(room.complete(composite, {one, two}).value().checksum.ends_with("==-2"));
    const auto whole = room.begin("w", ChecksumScope::kFullObject, ChecksumKind::kCrc64Nvme);
    const UploadPart first = room.put_part(whole, 1, kBig);
    const UploadPart last = room.put_part(whole, 2, "x");
    Checksum expected(ChecksumKind::kCrc64Nvme);
    expected.update(kBig + "x");
    CHECK(room.complete(whole, {first, last}).value().checksum == to_base64(expected.finish()));
}

TEST_CASE(
    "MultipartUploads forgets an aborted upload and its files", "[triggers][MultipartUploads]"
) {
    Parts room;
    const std::string kept = room.put("same", "shared bytes").blob;
    const MultipartUpload upload = room.begin("big", ChecksumScope::kComposite);
    const UploadPart shared = room.put_part(upload, 1, "shared bytes");
    room.put_part(upload, 2, "own bytes");
    CHECK(room.files().size() == 2);
    CHECK(
        subject(room.run(room.store->multipart().abort("photos", "other", upload.id))) == "upload"
    );
    CHECK(room.run(room.store->multipart().abort("photos", "big", upload.id)).has_value());
    CHECK(room.files() == std::set<std::string>{kept});
    CHECK(subject(room.run(room.store->multipart().abort("photos", "big", upload.id))) == "upload");
    CHECK(subject(room.complete(upload, {shared})) == "upload");
    auto late = room.run(room.store->begin_upload("photos")).value();
    room.run(late->write("late")).value();
    auto putting = room.store->multipart().put_part(upload, 3, std::move(late));
    CHECK(subject(room.run(std::move(putting))) == "upload");
    CHECK(room.files() == std::set<std::string>{kept});
}

TEST_CASE(
    "MultipartUploads refuses part numbers outside 1 to 10,000", "[triggers][MultipartUploads]"
) {
    Parts room;
    const MultipartUpload upload = room.begin("big", ChecksumScope::kComposite);
    for (const int number : {0, -1, 10'001}) {
        auto part = room.run(room.store->begin_upload("photos")).value();
        auto putting = room.store->multipart().put_part(upload, number, std::move(part));
        CHECK(subject(room.run(std::move(putting))) == "part_number");
    }
    CHECK(room.put_part(upload, 10'000, "x").number == 10'000);
}

TEST_CASE("MultipartUploads lists uploads and parts in pages", "[triggers][MultipartUploads]") {
    Parts room;
    std::set<std::string> ids;
    for (const char* key : {"a", "a", "b", "c"}) {
        ids.insert(room.begin(key, ChecksumScope::kComposite).id);
    }
    UploadQuery query;
    query.bucket = "photos";
    query.limit = 1;
    std::set<std::string> seen;
    for (;;) {
        const UploadPage page = room.run(room.store->multipart().list(query)).value();
        REQUIRE(page.uploads.size() == 1);
        CHECK(seen.insert(page.uploads[0].id).second);
        query.after_key = page.uploads[0].object.key;
        query.after_id = page.uploads[0].id;
        if (!page.truncated) {
            break;
        }
    }
    CHECK(seen == ids);
    const MultipartUpload upload = room.begin("d", ChecksumScope::kComposite);
    for (const int number : {1, 5, 9}) {
        room.put_part(upload, number, "x");
    }
    const PartPage page = room.run(room.store->multipart().parts(upload, 1, 1)).value();
    REQUIRE(page.parts.size() == 1);
    CHECK(page.parts[0].number == 5);
    CHECK(page.truncated);
}

TEST_CASE("Deleting a bucket forgets its unfinished uploads", "[triggers][MultipartUploads]") {
    Parts room;
    const MultipartUpload upload = room.begin("big", ChecksumScope::kComposite);
    room.put_part(upload, 1, "bytes");
    CHECK(room.run(room.store->delete_bucket("photos")).has_value());
    CHECK(room.files().empty());
}
