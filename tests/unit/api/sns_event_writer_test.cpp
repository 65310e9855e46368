#include "api/sns/sns_event_writer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace lambent;
using Json = nlohmann::ordered_json;

namespace {

const std::string kTopic = "arn:aws:sns:us-east-1:000000000000:orders";

struct Sent {
    Sent() {
        subscription.arn = kTopic + ":5be88726-97d5-45ab-bd1d-0b5d8ff6d1f0";
        subscription.topic_arn = kTopic;
        message.body = "{\"n\": 1}";
        published.id = "95df01b4-ee98-5cb9-9903-4c221d41eb5e";
        published.published_ms = 1'767'225'600'123;
    }
    triggers::Notification notification() const { return {subscription, message, published}; }

    triggers::Subscription subscription;
    triggers::TopicMessage message;
    triggers::PublishedMessage published;
};

std::vector<std::string> names_of(const Json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) {
        names.push_back(name);
    }
    return names;
}

}  // namespace

TEST_CASE("SnsEventWriter writes what functions are invoked with", "[api][sns]") {
    Sent sent;
    sent.subscription.protocol = triggers::EndpointProtocol::kLambda;
    sent.message.attributes["kind"] = {"String", "book"};
    sent.message.attributes["bytes"] = {"Binary", std::string("\0\xff", 2)};
    const api::sns::SnsEventWriter writer("http://127.0.0.1:4566");
    const Json event = Json::parse(writer.function_event(sent.notification()));
    REQUIRE(event["Records"].size() == 1);
    const Json& record = event["Records"][0];
    CHECK(
        names_of(record) ==
        std::vector<std::string>{"EventSource", "EventVersion", "EventSubscriptionArn", "Sns"}
    );
    CHECK(record["EventSource"] == "aws:sns");
    CHECK(record["EventVersion"] == "1.0");
    CHECK(record["EventSubscriptionArn"] == sent.subscription.arn);
    const Json& sns = record["Sns"];
    CHECK(
        names_of(sns) ==
        std::vector<std::string>{
            "Type",
            "MessageId",
            "TopicArn",
            "Subject",
            "Message",
            "Timestamp",
            "SignatureVersion",
            "Signature",
            "SigningCertUrl",
            "UnsubscribeUrl",
            "MessageAttributes"}
    );
    CHECK(sns["Type"] == "Notification");
    CHECK(sns["Subject"].is_null());
    CHECK(sns["Message"] == "{\"n\": 1}");
    CHECK(sns["Timestamp"] == "2026-01-01T00:00:00.123Z");
    CHECK(sns["SignatureVersion"] == "1");
    CHECK(
        sns["UnsubscribeUrl"] ==
        "http://127.0.0.1:4566/?Action=Unsubscribe&SubscriptionArn=" + sent.subscription.arn
    );
    CHECK(sns["MessageAttributes"]["kind"] == Json{{"Type", "String"}, {"Value", "book"}});
    CHECK(sns["MessageAttributes"]["bytes"] == Json{{"Type", "Binary"}, {"Value", "AP8="}});
}

TEST_CASE("SnsEventWriter writes the envelope that queues get", "[api][sns]") {
    Sent sent;
    const api::sns::SnsEventWriter writer("http://127.0.0.1:4566");
    const Json plain = Json::parse(writer.envelope(sent.notification()));
    CHECK(
        names_of(plain) ==
        std::vector<std::string>{
            "Type",
            "MessageId",
            "TopicArn",
            "Message",
            "Timestamp",
            "SignatureVersion",
            "Signature",
            "SigningCertURL",
            "UnsubscribeURL"}
    );
    sent.message.subject = "News";
    sent.message.bodies["sqs"] = "for queues";
    sent.message.attributes["size"] = {"Number", "7"};
    sent.published.sequence_number = "10000000000000001000";
    const Json full = Json::parse(writer.envelope(sent.notification()));
    CHECK(full["Subject"] == "News");
    CHECK(full["Message"] == "for queues");
    CHECK(full["SequenceNumber"] == "10000000000000001000");
    CHECK(full["MessageAttributes"] == Json{{"size", {{"Type", "Number"}, {"Value", "7"}}}});
    CHECK(full["Signature"] != plain["Signature"]);
    CHECK(Json::parse(writer.envelope(sent.notification()))["Signature"] == full["Signature"]);
}
