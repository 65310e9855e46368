#include "tests/support/object_room.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

const std::string kQueue = "arn:aws:sqs:us-east-1:000000000000:q";

struct Notified : ObjectRoom {
    Notified() {
        run(store->create_bucket("photos")).value();
        std::vector<NotificationRule> rules{
            {"q",
             kQueue,
             {"s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"},
             "in/",
             "",
             TargetKind::kQueue},
            {"bus",
             "arn:aws:events:us-east-1:000000000000:event-bus/default",
             {},
             "",
             "",
             TargetKind::kEventBus}};
        run(store->set_notifications("photos", std::move(rules))).value();
    }
    // The event names that wait for the queue.
    std::vector<std::string> queued() {
        std::vector<std::string> names;
        for (const std::string& line : messages()) {
            if (line.starts_with(kQueue + "||")) {
                const std::string rest = line.substr(kQueue.size() + 2);
                names.push_back(rest.substr(0, rest.find('|')));
            }
        }
        return names;
    }
};

}  // namespace

TEST_CASE("Each change of an object has an event of its name", "[triggers][notifications]") {
    Notified room;
    room.put("in/a", "1");
    room.put("out/a", "1");
    ObjectInfo target;
    target.bucket = "photos";
    target.key = "in/b";
    room.run(room.store->copy({"photos", "in/a"}, target, CopyRules(), Cause())).value();
    room.run(room.store->set_tags({"photos", "in/a"}, {{"k", "v"}}, Cause())).value();
    room.run(room.store->erase_tags({"photos", "in/a"}, Cause())).value();
    room.run(room.store->remove({"photos", "in/b"}, Cause())).value();
    room.run(room.store->set_versioning("photos", Versioning::kEnabled)).value();
    const Removed hidden = room.run(room.store->remove({"photos", "in/a"}, Cause())).value();
    room.run(room.store->remove({"photos", "in/a", hidden.version}, Cause())).value();
    CHECK(
        room.queued() ==
        std::vector<std::string>{
            "ObjectCreated:Put",
            "ObjectCreated:Copy",
            "ObjectTagging:Put",
            "ObjectTagging:Delete",
            "ObjectRemoved:Delete",
            "ObjectRemoved:DeleteMarkerCreated",
            "ObjectRemoved:Delete"}
    );
    CHECK(room.messages().size() == 15);  // the bus hears of out/a too
    CHECK(room.outbox.wakes == 8);
    CHECK(room.events().empty());
    CHECK(room.queue.wakes == 0);
}

TEST_CASE("A change that fails sends nothing", "[triggers][notifications]") {
    Notified room;
    room.put("in/a", "1");
    WriteCondition absent;
    absent.kind = WriteCondition::Kind::kAbsent;
    CHECK(room.run(room.put_flow("photos", "in/a", "2", absent)).has_error());
    CHECK(room.messages().size() == 2);
    CHECK(room.outbox.wakes == 1);
}
