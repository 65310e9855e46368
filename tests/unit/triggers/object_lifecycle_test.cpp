#include "triggers/objects/object_lifecycle.h"

#include "tests/support/object_room.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

struct Aging : ObjectRoom {
    Aging() { run(store->create_bucket("photos")).value(); }

    void rules(std::vector<LifecycleRule> all) {
        run(store->set_setting("photos", kLifecycleSetting, encode_lifecycle(all))).value();
    }
    std::size_t after_days(int days) {
        clock.jump_wall(std::chrono::hours(24 * days));
        return run(lifecycle.sweep());
    }
    bool has(const std::string& key) { return run(store->head({"photos", key})).has_value(); }

    ObjectLifecycle lifecycle{loop.get_executor(), *store, clock, Logger::silent()};
};

LifecycleRule after(int days, const std::string& prefix = "") {
    LifecycleRule rule;
    rule.days = days;
    rule.filter.prefix = prefix;
    return rule;
}

}  // namespace

TEST_CASE("Objects go when their days are over", "[triggers][ObjectLifecycle]") {
    Aging room;
    CHECK(room.after_days(1) == 0);
    room.put("tmp/a", "1");
    room.put("kept", "2");
    room.rules({after(2, "tmp/")});
    CHECK(room.after_days(1) == 0);
    CHECK(room.after_days(2) == 1);
    CHECK_FALSE(room.has("tmp/a"));
    CHECK(room.has("kept"));
    CHECK(room.files().size() == 1);
    CHECK(room.after_days(9) == 0);
}

TEST_CASE("More than a page of objects expires", "[triggers][ObjectLifecycle]") {
    Aging room;
    for (int i = 0; i < 1100; ++i) {
        room.put("k" + std::to_string(i), "same");
    }
    room.rules({after(1)});
    CHECK(room.after_days(2) == 1100);
    CHECK(room.files().empty());
}

TEST_CASE("Expiry hides objects of a versioned bucket", "[triggers][ObjectLifecycle]") {
    Aging room;
    room.run(room.store->set_versioning("photos", Versioning::kEnabled)).value();
    std::vector<NotificationRule> notifications{
        {"q", "arn:aws:sqs:r:0:q", {"s3:LifecycleExpiration:*"}, "", "", TargetKind::kQueue}};
    room.run(room.store->set_notifications("photos", std::move(notifications))).value();
    room.put("a", "1");
    LifecycleRule rule = after(1);
    rule.noncurrent_days = 1;
    room.rules({rule});
    CHECK(room.after_days(2) == 1);
    CHECK_FALSE(room.has("a"));
    CHECK(room.files().size() == 1);
    CHECK(room.after_days(2) == 1);  // the version that was hidden
    CHECK(room.files().empty());
    CHECK(room.after_days(1) == 1);  // the marker, which hides nothing now
    CHECK(room.run(room.store->delete_bucket("photos")).has_value());
    const auto messages = room.messages();
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].find("LifecycleExpiration:DeleteMarkerCreated") != std::string::npos);
    CHECK(messages[1].find("LifecycleExpiration:Delete|") != std::string::npos);
}

TEST_CASE("Uploads that nobody completes are aborted", "[triggers][ObjectLifecycle]") {
    Aging room;
    ObjectInfo object;
    object.bucket = "photos";
    object.key = "big";
    room.run(room.store->multipart().create(object, ChecksumScope::kComposite)).value();
    LifecycleRule rule;
    rule.abort_days = 3;
    room.rules({rule});
    CHECK(room.after_days(2) == 0);
    CHECK(room.after_days(2) == 1);
    UploadQuery query;
    query.bucket = "photos";
    CHECK(room.run(room.store->multipart().list(query)).value().uploads.empty());
}

TEST_CASE("What was written since it was looked at stays", "[triggers][ObjectLifecycle]") {
    Aging room;
    const ObjectInfo old = room.put("a", "1");
    room.clock.jump_wall(std::chrono::hours(48));
    room.put("a", "1");
    RemovalEntry entry;
    entry.key = "a";
    entry.condition.kind = WriteCondition::Kind::kUntouched;
    entry.condition.modified = old.modified;
    std::vector<RemovalEntry> entries{entry};
    auto removing = room.store->remove_all("photos", entries, Cause(), Removal::By::kLifecycle);
    CHECK(room.run(std::move(removing)).value().at(0).error().subject() == "precondition");
    CHECK(room.has("a"));
}
