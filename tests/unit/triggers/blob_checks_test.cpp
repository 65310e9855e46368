#include "triggers/objects/blob_checks.h"

#include "base/files/content_hash.h"
#include "tests/support/concurrently.h"
#include "tests/support/object_room.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

struct Album : ObjectRoom {
    Album() { run(store->create_bucket("photos")).value(); }

    std::string file_of(const std::string& blob) const {
        return path + "/objects/blobs/" + blob.substr(0, 2) + "/" + blob;
    }
    // One bit of the file is not what it was, or is again.
    void flip(const std::string& blob, std::streamoff at) const {
        std::fstream file(file_of(blob), std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(at);
        const char byte = static_cast<char>(file.get() ^ 0x10);
        file.seekp(at);
        file.put(byte);
        REQUIRE(file.good());
    }
    Result<ObjectHandle> read(const std::string& key) { return run(store->open({"photos", key})); }
};

void check_damaged(const Result<ObjectHandle>& opened) {
    REQUIRE(opened.has_error());
    CHECK(opened.error().code() == Code::kCorrupted);
    CHECK(opened.error().subject() == "blob");
}

Task<> open_damaged(Album& room, int& refused) {
    ObjectPath path{"photos", "big"};
    const Result<ObjectHandle> opened = co_await room.store->open(std::move(path));
    check_damaged(opened);
    ++refused;
}

Task<> open_whole(Album& room, int& opened) {
    ObjectPath path{"photos", "big"};
    const Result<ObjectHandle> whole = co_await room.store->open(std::move(path));
    REQUIRE(whole.has_value());
    ++opened;
}

}  // namespace

TEST_CASE("ObjectStore does not serve an object with a flipped bit", "[triggers][BlobChecks]") {
    Album room;
    const std::size_t size = GENERATE(1U, 5'000U, 64U << 10, (64U << 10) + 1, 3'000'000U);
    const std::string blob = room.put("a", std::string(size, 'x')).blob;
    REQUIRE(room.read("a").has_value());
    room.flip(blob, static_cast<std::streamoff>(size) - 1);
    check_damaged(room.read("a"));
    check_damaged(room.read("a"));
    room.flip(blob, static_cast<std::streamoff>(size) - 1);
    CHECK(room.read("a").has_value());
    SECTION("nor after a restart") {
        room.flip(blob, 0);
        room.open();
        check_damaged(room.read("a"));
    }
    SECTION("and serves it when it was uploaded again") {
        room.flip(blob, 0);
        room.put("b", std::string(size, 'x'));
        CHECK(room.read("a").has_value());
    }
}

TEST_CASE("BlobChecks hash a file once for all that want it", "[triggers][BlobChecks]") {
    Album room;
    const std::string blob = room.put("big", std::string(4'000'000, 'x')).blob;
    int opened = 0;
    std::vector<Task<>> readers;
    for (int i = 0; i < 8; ++i) {
        readers.push_back(open_whole(room, opened));
    }
    run_concurrently(room.loop, std::move(readers));
    CHECK(opened == 8);
    room.flip(blob, 3'999'999);
    int refused = 0;
    std::vector<Task<>> others;
    for (int i = 0; i < 8; ++i) {
        others.push_back(open_damaged(room, refused));
    }
    run_concurrently(room.loop, std::move(others));
    CHECK(refused == 8);
}

TEST_CASE("A part with a flipped bit becomes no object", "[triggers][MultipartUploads]") {
    Album room;
    ObjectInfo object;
    object.bucket = "photos";
    object.key = "big";
    auto creating = room.store->multipart().create(object, ChecksumScope::kComposite);
    const MultipartUpload upload = room.run(std::move(creating)).value();
    auto arriving = room.run(room.store->begin_upload("photos")).value();
    room.run(arriving->write(std::string(700'000, 'p'))).value();
    auto putting = room.store->multipart().put_part(upload, 1, std::move(arriving));
    const UploadPart part = room.run(std::move(putting)).value();
    const auto complete = [&] {
        std::vector<PartChoice> choices{{part.number, part.etag, part.checksum}};
        return room.run(room.store->multipart().complete(upload, std::move(choices), Cause()));
    };
    room.flip(part.blob, 650'000);
    CHECK(complete().error().code() == Code::kCorrupted);
    CHECK(room.run(room.store->head({"photos", "big"})).has_error());
    room.flip(part.blob, 650'000);
    CHECK(complete().has_value());
}
