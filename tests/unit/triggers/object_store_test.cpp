#include "base/files/content_hash.h"
#include "tests/support/concurrently.h"
#include "tests/support/object_room.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <fstream>
#include <random>
#include <string>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

struct Photos : ObjectRoom {
    Photos() { run(store->create_bucket("photos")).value(); }

    std::string read(const std::string& key) {
        const ObjectHandle handle = run(store->open({"photos", key})).value();
        std::string bytes(handle.info.size + 1, '\0');
        const auto got = ::pread(handle.file.get(), bytes.data(), bytes.size(), 0);
        bytes.resize(static_cast<std::size_t>(got));
        return bytes;
    }
    bool remove(const std::string& key) {
        const Removed removed = run(store->remove({"photos", key}, Cause())).value();
        return removed.what == Removed::What::kObject;
    }
    void watch(std::vector<std::string> events) {
        std::vector<NotificationRule> rules{{"r1", "resize", std::move(events), "in/", ".jpg"}};
        run(store->set_notifications("photos", std::move(rules))).value();
    }
};

template <class T>
std::string subject(const Result<T>& result) {
    return result.has_error() ? result.error().subject() : "";
}

}  // namespace

TEST_CASE("ObjectStore keeps buckets and refuses what S3 refuses", "[triggers][ObjectStore]") {
    Photos room;
    CHECK(subject(room.run(room.store->create_bucket("photos"))) == "bucket_exists");
    CHECK(subject(room.run(room.store->create_bucket("Photos"))) == "bucket_name");
    CHECK(subject(room.run(room.store->bucket("other"))) == "bucket");
    CHECK(subject(room.run(room.store->delete_bucket("other"))) == "bucket");
    room.put("a", "x");
    CHECK(subject(room.run(room.store->delete_bucket("photos"))) == "bucket_not_empty");
    CHECK(room.remove("a"));
    CHECK(room.run(room.store->delete_bucket("photos")).has_value());
    CHECK(room.run(room.store->buckets()).value().empty());
}

TEST_CASE("ObjectStore gives back what was put, also after a restart", "[triggers][ObjectStore]") {
    Photos room;
    ObjectInfo info;
    info.bucket = "photos";
    info.key = "../etc/passwd";
    info.content_type = "image/jpeg";
    info.headers = {{"Cache-Control", "no-store"}};
    info.metadata = {{"owner", "J\xC3\xB6rg & co=1%"}, {"raw", "\xFF\x01"}};
    info.checksum_kind = ChecksumKind::kCrc32;
    auto upload = room.run(room.store->begin_upload("photos", ChecksumKind::kCrc32)).value();
    const std::string bytes(3'000'000, 'p');
    for (std::size_t at = 0; at < bytes.size(); at += 70'000) {
        room.run(upload->write(bytes.substr(at, 70'000))).value();
    }
    CHECK(upload->size() == bytes.size());
    auto committing =
        room.store->commit(std::move(upload), info, ObjectEventKind::kCreatedPut, Cause());
    const ObjectInfo stored = room.run(std::move(committing)).value();
    CHECK(stored.etag == to_hex(digest(HashKind::kMd5, bytes)));
    CHECK(stored.blob == to_hex(digest(HashKind::kSha256, bytes)));
    room.open();
    const ObjectInfo found = room.run(room.store->head({"photos", "../etc/passwd"})).value();
    CHECK(found.size == bytes.size());
    CHECK(found.content_type == "image/jpeg");
    CHECK(found.headers == info.headers);
    CHECK(found.metadata == info.metadata);
    CHECK(found.checksum == stored.checksum);
    CHECK(found.modified == room.clock.wall_now());
    CHECK(room.read("../etc/passwd") == bytes);
    CHECK(room.files() == std::set<std::string>{stored.blob});
}

TEST_CASE("ObjectStore keeps a blob as long as a row names it", "[triggers][ObjectStore]") {
    Photos room;
    const std::string blob = room.put("a", "same").blob;
    room.put("b", "same");
    CHECK(room.files() == std::set<std::string>{blob});
    ObjectInfo target;
    target.bucket = "photos";
    target.key = "c";
    room.run(room.store->copy({"photos", "a"}, target, CopyRules(), Cause())).value();
    CHECK(room.remove("a"));
    CHECK(room.remove("b"));
    CHECK(room.read("c") == "same");
    room.put("c", "other");
    CHECK(room.files().count(blob) == 0);
    CHECK(room.remove("c"));
    CHECK_FALSE(room.remove("c"));
    CHECK(room.files().empty());
}

TEST_CASE("ObjectStore leaves nothing of an upload that is dropped", "[triggers][ObjectStore]") {
    Photos room;
    {
        auto upload = room.run(room.store->begin_upload("photos")).value();
        room.run(upload->write(std::string(1'000'000, 'x'))).value();
        CHECK(room.files().size() == 1);
    }
    CHECK(room.files().empty());
    CHECK(subject(room.run(room.put_flow("missing", "a", "x"))) == "bucket");
    CHECK(subject(room.run(room.put_flow("photos", "", "x"))) == "key");
    CHECK(room.files().empty());
}

TEST_CASE("ObjectStore takes a blob back when its row is refused", "[triggers][ObjectStore]") {
    Photos room;
    room.put("a", "first");
    WriteCondition absent;
    absent.kind = WriteCondition::Kind::kAbsent;
    CHECK(subject(room.run(room.put_flow("photos", "a", "second", absent))) == "precondition");
    CHECK(room.files().size() == 1);
    WriteCondition same;
    same.kind = WriteCondition::Kind::kEtag;
    same.etag = to_hex(digest(HashKind::kMd5, "first"));
    CHECK(room.run(room.put_flow("photos", "a", "third", same)).has_value());
    CHECK(subject(room.run(room.put_flow("photos", "a", "fourth", same))) == "precondition");
    CHECK(subject(room.run(room.put_flow("photos", "b", "fifth", same))) == "object");
    CHECK(room.read("a") == "third");
    CHECK(room.files().size() == 1);
}

TEST_CASE("ObjectStore commits an object together with its events", "[triggers][ObjectStore]") {
    Photos room;
    room.watch({"s3:ObjectCreated:*", "s3:ObjectRemoved:*"});
    room.put("in/cat.jpg", "meow");
    room.put("in/cat.png", "not asked for");
    CHECK(room.queue.wakes == 1);
    room.remove("in/cat.jpg");
    room.remove("in/never.jpg");
    const auto events = room.events();
    REQUIRE(events.size() == 2);
    CHECK(events[0].starts_with("r1|in/cat.jpg|4|"));
    CHECK(events[0] < events[1]);
    CHECK(room.queue.wakes == 2);

    room.queue.refuse = true;
    CHECK(room.run(room.put_flow("photos", "in/dog.jpg", "woof")).has_error());
    CHECK(subject(room.run(room.store->head({"photos", "in/dog.jpg"}))) == "object");
    CHECK(room.files().size() == 1);
}

TEST_CASE("A sequencer grows even when the clock goes back", "[triggers][ObjectStore]") {
    Photos room;
    room.watch({"s3:ObjectCreated:*"});
    for (int i = 0; i < 5; ++i) {
        room.put("in/a.jpg", "x");
        room.clock.jump_wall(std::chrono::hours(i % 2 == 0 ? -48 : 24));
    }
    const auto events = room.events();
    CHECK(std::is_sorted(events.begin(), events.end()));
    CHECK(std::set<std::string>(events.begin(), events.end()).size() == 5);
}

TEST_CASE("ObjectStore removes many in one go", "[triggers][ObjectStore]") {
    Photos room;
    std::vector<RemovalEntry> entries;
    for (int i = 0; i < 30; ++i) {
        entries.push_back({"k" + std::to_string(i)});
        room.put(entries.back().key, entries.back().key);
    }
    entries.push_back({"not there"});
    entries.push_back({"not there", "", {WriteCondition::Kind::kPresent, ""}});
    const auto removed = room.run(room.store->remove_all("photos", entries, Cause())).value();
    REQUIRE(removed.size() == 32);
    CHECK(removed[29].value().what == Removed::What::kObject);
    CHECK(removed[30].value().what == Removed::What::kNothing);
    CHECK(subject(removed[31]) == "precondition");
    CHECK(room.files().empty());
    ListRequest all;
    all.bucket = "photos";
    CHECK(room.run(room.store->list(all)).value().objects.empty());
}

TEST_CASE("ObjectStore lists keys in byte order", "[triggers][ObjectStore]") {
    Photos room;
    for (const char* key : {"b", "B", "a/2", "a/10", "\xC3\xA9", "~", "a"}) {
        room.put(key, key);
    }
    ListRequest request;
    request.bucket = "photos";
    const ListPage page = room.run(room.store->list(request)).value();
    std::vector<std::string> keys;
    for (const ObjectInfo& object : page.objects) {
        keys.push_back(object.key);
    }
    CHECK(keys == std::vector<std::string>{"B", "a", "a/10", "a/2", "b", "~", "\xC3\xA9"});
    request.prefix = "a/";
    CHECK(room.run(room.store->list(request)).value().objects.size() == 2);
    request.bucket = "nobody";
    CHECK(subject(room.run(room.store->list(request))) == "bucket");
}

TEST_CASE("ObjectStore collects what a crash left behind", "[triggers][ObjectStore]") {
    Photos room;
    const std::string blob = room.put("a", "kept").blob;
    const std::string orphan = to_hex(digest(HashKind::kSha256, "orphan"));
    std::ofstream(room.directory.file("objects/blobs/" + orphan.substr(0, 2) + "/" + orphan))
        << "x";
    std::ofstream(room.directory.file("objects/arriving/half")) << "half";
    room.open();
    CHECK(room.files() == std::set<std::string>{blob});
    CHECK(room.read("a") == "kept");
}

TEST_CASE("ObjectStore does not serve a damaged file", "[triggers][ObjectStore]") {
    Photos room;
    const std::string blob = room.put("a", "whole").blob;
    const std::string path = room.directory.file("objects/blobs/" + blob.substr(0, 2) + "/" + blob);
    REQUIRE(::truncate(path.c_str(), 3) == 0);
    const auto opened = room.run(room.store->open({"photos", "a"}));
    REQUIRE(opened.has_error());
    CHECK(opened.error().code() == Code::kCorrupted);
    REQUIRE(::unlink(path.c_str()) == 0);
    CHECK(room.run(room.store->open({"photos", "a"})).error().code() == Code::kCorrupted);
}

namespace {

// Puts, copies and deletes a few contents under a few keys, always looking at what it reads.
Task<> churn(Photos& room, unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 60; ++i) {
        const std::string key = "k" + std::to_string(random() % 3);
        const std::string bytes = "content " + std::to_string(random() % 3);
        if (random() % 3 != 0) {
            const auto put = co_await room.put_flow("photos", key, bytes);
            REQUIRE(put.has_value());
        } else {
            auto removing = room.store->remove({"photos", key}, Cause());
            const auto removed = co_await std::move(removing);
            REQUIRE(removed.has_value());
        }
        const ObjectPath other{"photos", "k" + std::to_string(random() % 3)};
        const auto opened = co_await room.store->open(other);
        if (opened.has_error()) {
            REQUIRE(subject(opened) == "object");
            continue;
        }
        char text[32] = {};
        const auto got = ::pread(opened->file.get(), text, sizeof(text), 0);
        const std::string seen(text, static_cast<std::size_t>(got));
        REQUIRE(to_hex(digest(HashKind::kMd5, seen)) == opened->info.etag);
    }
}

}  // namespace

TEST_CASE("Uploads and removals of the same bytes never lose a blob", "[triggers][ObjectStore]") {
    Photos room;
    std::vector<Task<>> flows;
    for (unsigned seed = 1; seed <= 12; ++seed) {
        flows.push_back(churn(room, seed));
    }
    run_concurrently(room.loop, std::move(flows));
    ListRequest all;
    all.bucket = "photos";
    std::set<std::string> named;
    for (const ObjectInfo& object : room.run(room.store->list(all)).value().objects) {
        named.insert(object.blob);
        CHECK(room.run(room.store->open({"photos", object.key})).has_value());
    }
    CHECK(room.files() == named);
}
