#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace lambent;
using namespace lambent::tests;

namespace {

using triggers::ObjectEventKind;

const std::string kQueue = "arn:aws:sqs:us-east-1:000000000000:uploads";
const std::string kTopic = "arn:aws:sns:us-east-1:000000000000:news";

std::string notification_configuration(const std::string& inner) {
    return "<NotificationConfiguration>" + inner + "</NotificationConfiguration>";
}

std::string queue_rule(const std::string& arn, const std::string& event = "s3:ObjectCreated:*") {
    return "<QueueConfiguration><Id>q</Id><Queue>" + arn + "</Queue><Event>" + event +
           "</Event></QueueConfiguration>";
}

std::string topic_rule(const std::string& arn) {
    return "<TopicConfiguration><Id>t</Id><Topic>" + arn +
           "</Topic><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>";
}

triggers::ObjectEvent event_of(ObjectEventKind kind) {
    triggers::ObjectEvent event;
    event.kind = kind;
    event.object.bucket = "photos";
    event.object.key = "a b";
    event.object.size = 5;
    event.object.etag = "e";
    event.object.version = "00000000000000010123456789abcdef";
    event.sequencer = "01";
    event.request_id = "R1";
    event.source_ip = "127.0.0.1";
    event.principal = "AWS:AKIA";
    return event;
}

}  // namespace

TEST_CASE("Queues, topics and the event bus are destinations", "[api][S3Service][notifications]") {
    S3Room s3;
    s3.targets.arns = {kQueue, kTopic};
    const std::string text = notification_configuration(
        topic_rule(kTopic) + queue_rule(kQueue) + "<EventBridgeConfiguration/>"
    );
    CHECK(s3.ask("PUT", "/photos?notification", text).status == 200);
    REQUIRE(s3.targets.sent.size() == 2);
    const auto tested = nlohmann::json::parse(s3.targets.sent[1].body);
    CHECK(s3.targets.sent[1].target_arn == kQueue);
    CHECK(s3.targets.sent[1].source_arn == "arn:aws:s3:::photos");
    CHECK(tested["Event"] == "s3:TestEvent");
    CHECK(tested["Service"] == "Amazon S3");
    CHECK(tested["Bucket"] == "photos");
    CHECK(tested["RequestId"] == "REQUEST1");
    const S3Answer shown = s3.ask("GET", "/photos?notification");
    CHECK(shown.element("Queue") == kQueue);
    CHECK(shown.element("Topic") == kTopic);
    CHECK(shown.body.find("<EventBridgeConfiguration>") != std::string::npos);
    s3.ask("PUT", "/photos/a", "x");
    CHECK(s3.objects.messages().size() == 2);
}

TEST_CASE("Destinations that nobody has are refused", "[api][S3Service][notifications]") {
    S3Room s3;
    auto put = [&s3](const std::string& inner, const S3Room::Fields& headers = {}) {
        return s3.ask("PUT", "/photos?notification", notification_configuration(inner), headers);
    };
    const S3Answer missing = put(queue_rule(kQueue));
    CHECK(missing.code() == "InvalidArgument");
    CHECK(missing.element("ArgumentName") == kQueue);
    CHECK(missing.element("ArgumentValue") == "The destination queue does not exist");
    CHECK(s3.ask("GET", "/photos?notification").element("Queue") == "(none)");
    CHECK(put(queue_rule(kQueue), {{"x-amz-skip-destination-validation", "true"}}).status == 200);
    s3.targets.arns = {kQueue, kQueue + ".fifo", kTopic};
    CHECK(put(queue_rule("arn:aws:sqs:q")).element("Message") == "The ARN is not well formed");
    CHECK(put(queue_rule(kTopic)).element("Message") == "The ARN is not well formed");
    CHECK(put(queue_rule(kQueue + ".fifo")).code() == "InvalidArgument");
    CHECK(put(queue_rule(kQueue, "s3:Nothing")).code() == "InvalidArgument");
    CHECK(
        put(queue_rule(kQueue) + queue_rule(kQueue, "s3:ObjectTagging:*")).code() ==
        "InvalidArgument"
    );  // one id twice
    CHECK(s3.targets.sent.empty());
}

TEST_CASE("Records tell of each kind what S3 tells", "[api][S3EventWriter]") {
    api::s3::S3EventWriter writer{api::s3::S3Config()};
    const triggers::NotificationRule rule{"r", kQueue, {}, "", "", triggers::TargetKind::kQueue};
    struct Expected {
        ObjectEventKind kind;
        const char* name;
        const char* edition;
        std::vector<std::string> members;
    };
    const std::vector<Expected> all{
        {ObjectEventKind::kCreatedPost,
         "ObjectCreated:Post",
         "2.1",
         {"eTag", "key", "sequencer", "size", "versionId"}},
        {ObjectEventKind::kRemovedDelete,
         "ObjectRemoved:Delete",
         "2.1",
         {"key", "sequencer", "versionId"}},
        {ObjectEventKind::kRemovedMarker,
         "ObjectRemoved:DeleteMarkerCreated",
         "2.1",
         {"key", "sequencer", "versionId"}},
        {ObjectEventKind::kTaggingPut, "ObjectTagging:Put", "2.3", {"eTag", "key", "versionId"}},
        {ObjectEventKind::kTaggingDelete,
         "ObjectTagging:Delete",
         "2.3",
         {"eTag", "key", "versionId"}},
        {ObjectEventKind::kExpiredDelete,
         "LifecycleExpiration:Delete",
         "2.3",
         {"key", "sequencer", "versionId"}},
    };
    for (const Expected& expected : all) {
        const auto message = writer.message(rule, event_of(expected.kind));
        CHECK(message.target_arn == kQueue);
        CHECK(message.detail_type.empty());
        const auto record = nlohmann::json::parse(message.body)["Records"][0];
        CHECK(record["eventName"] == expected.name);
        CHECK(record["eventVersion"] == expected.edition);
        std::vector<std::string> members;
        for (const auto& [name, value] : record["s3"]["object"].items()) {
            members.push_back(name);
        }
        CHECK(members == expected.members);
    }
}

TEST_CASE("The event bus gets its own words", "[api][S3EventWriter]") {
    api::s3::S3EventWriter writer{api::s3::S3Config()};
    const triggers::NotificationRule bus{"", "bus", {}, "", "", triggers::TargetKind::kEventBus};
    const auto created = writer.message(bus, event_of(ObjectEventKind::kCreatedCopy));
    CHECK(created.source == "aws.s3");
    CHECK(created.detail_type == "Object Created");
    CHECK(created.resources == std::vector<std::string>{"arn:aws:s3:::photos"});
    const auto detail = nlohmann::json::parse(created.body);
    CHECK(detail["version"] == "0");
    CHECK(detail["bucket"]["name"] == "photos");
    CHECK(detail["object"]["key"] == "a b");
    CHECK(detail["object"]["etag"] == "e");
    CHECK(detail["object"]["size"] == 5);
    CHECK(detail["object"]["version-id"] == "00000000000000010123456789abcdef");
    CHECK(detail["reason"] == "CopyObject");
    CHECK(detail["requester"] == "000000000000");
    CHECK(detail["source-ip-address"] == "127.0.0.1");
    const auto removed = writer.message(bus, event_of(ObjectEventKind::kRemovedMarker));
    CHECK(removed.detail_type == "Object Deleted");
    CHECK(nlohmann::json::parse(removed.body)["deletion-type"] == "Delete Marker Created");
    CHECK(
        writer.message(bus, event_of(ObjectEventKind::kTaggingPut)).detail_type ==
        "Object Tags Added"
    );
    CHECK(
        writer.message(bus, event_of(ObjectEventKind::kTaggingDelete)).detail_type ==
        "Object Tags Deleted"
    );
}
