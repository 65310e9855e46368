#include "api/sns/sns_service.h"

#include "api/sns/sns_event_writer.h"
#include "base/sql/sqlite_driver.h"
#include "tests/support/fixed_body.h"
#include "tests/support/kept_outbox.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>

using namespace lambent;
using lambent::tests::run_flow;

namespace {

const std::string kServiceTopic = "arn:aws:sns:us-east-1:000000000000:orders";
const std::string kQueue = "arn:aws:sqs:us-east-1:000000000000:jobs";

// The SNS door over real topics.
class SnsDesk {
  public:
    SnsDesk() {
        sql::SqliteConfig relaxed;
        relaxed.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver_ = sql::SqliteDriver::open(directory_.file("db"), relaxed).value();
        driver_->migrate(triggers::Topics::migrations()).value();
        topics.emplace("us-east-1", triggers::Topics::Ports{*driver_, outbox, writer_, clock});
        service_.emplace(*topics, Logger::silent());
    }

    http::Response ask_raw(const std::string& form) {
        api::Request request;
        request.head.method = "POST";
        request.head.headers.add("X-Amzn-Trace-Id", "Root=1-2-3");
        request.head.path = "/";
        request.path = "/";
        request.principal.is_root = is_root;
        request.principal.name = is_root ? "root" : "function:f";
        request.request_id = "id-1";
        tests::FixedBody reader(form);
        return run_flow(loop, service_->serve(std::move(request), reader));
    }
    // As a stranger; the status and code of the error.
    std::string follow(http::QueryItems link, const std::string& body) {
        api::Request request;
        request.head.method = "GET";
        request.head.path = "/";
        request.path = "/";
        request.query = std::move(link);
        request.principal.is_stranger = true;
        tests::FixedBody reader(body);
        const auto response = run_flow(loop, service_->serve(std::move(request), reader));
        const std::string text = std::get<std::string>(response.body);
        return std::to_string(response.status) + " " + leaf(text, "Code");
    }
    std::string ask(const std::string& form) { return std::get<std::string>(ask_raw(form).body); }
    // Status, code and message of an error.
    std::string error_of(const std::string& form) {
        const http::Response response = ask_raw(form);
        const std::string body = std::get<std::string>(response.body);
        return std::to_string(response.status) + " " + leaf(body, "Code") + ": " +
               leaf(body, "Message");
    }
    static std::string leaf(const std::string& xml, const std::string& name) {
        const auto begin = xml.find("<" + name + ">");
        const auto end = xml.find("</" + name + ">");
        if (begin == std::string::npos || end == std::string::npos) {
            return "";
        }
        return xml.substr(begin + name.size() + 2, end - begin - name.size() - 2);
    }
    std::string create(const std::string& name) {
        return leaf(ask("Action=CreateTopic&Name=" + name), "TopicArn");
    }
    std::string subscribe(const std::string& more = "") {
        return leaf(
            ask("Action=Subscribe&Protocol=sqs&TopicArn=" + kServiceTopic + "&Endpoint=" + kQueue +
                more),
            "SubscriptionArn"
        );
    }

    tests::ManualClock clock;
    boost::asio::io_context loop;
    tests::KeptOutbox outbox;
    std::optional<triggers::Topics> topics;
    bool is_root = true;

  private:
    tests::TempDir directory_;
    std::unique_ptr<sql::SqliteDriver> driver_;
    api::sns::SnsEventWriter writer_{"http://127.0.0.1:4566"};
    std::optional<api::sns::SnsService> service_;
};

}  // namespace

TEST_CASE("SnsService answers in SNS's XML", "[api][sns]") {
    SnsDesk desk;
    CHECK(
        desk.ask("Action=CreateTopic&Name=orders") ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<CreateTopicResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
        "<CreateTopicResult><TopicArn>" +
            kServiceTopic +
            "</TopicArn></CreateTopicResult><ResponseMetadata><RequestId>id-1</RequestId>"
            "</ResponseMetadata></CreateTopicResponse>"
    );
    const http::Response deleted = desk.ask_raw("Action=DeleteTopic&TopicArn=" + kServiceTopic);
    CHECK(deleted.status == 200);
    CHECK(deleted.headers.find("Content-Type") == "text/xml");
    CHECK(std::get<std::string>(deleted.body).find("Result") == std::string::npos);
}

TEST_CASE("SnsService names errors as SNS does", "[api][sns]") {
    SnsDesk desk;
    desk.create("orders");
    CHECK(
        desk.error_of("Action=Dance") ==
        "400 InvalidAction: The action Dance is not valid for this endpoint."
    );
    CHECK(desk.error_of("").starts_with("400 MissingAction: "));
    CHECK(
        desk.error_of("Action=CreateTopic&Name=a.b") ==
        "400 InvalidParameter: Invalid parameter: Topic Name"
    );
    CHECK(
        desk.error_of("Action=GetTopicAttributes&TopicArn=" + kServiceTopic + "x") ==
        "404 NotFound: Topic does not exist"
    );
    CHECK(
        desk.error_of("Action=GetTopicAttributes&TopicArn=orders") ==
        "400 InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 "
        "elements, not 1"
    );
    CHECK(
        desk.error_of("Action=Publish&Message=&TopicArn=" + kServiceTopic) ==
        "400 InvalidParameter: Invalid parameter: Empty message"
    );
    CHECK(
        desk.error_of(
            "Action=Publish&Message=x&MessageAttributes.entry.1.Name=n"
            "&MessageAttributes.entry.1.Value.DataType=Number"
            "&MessageAttributes.entry.1.Value.StringValue=x&TopicArn=" +
            kServiceTopic
        ) == "400 ParameterValueInvalid: Could not cast message attribute 'n' value to number."
    );
    CHECK(
        desk.error_of(
            "Action=Subscribe&Protocol=sqs&Attributes.entry.1.key=FilterPolicy"
            "&Attributes.entry.1.value=x&TopicArn=" +
            kServiceTopic + "&Endpoint=" + kQueue
        ) ==
        "400 InvalidParameter: Invalid parameter: Attributes Reason: FilterPolicy: failed to "
        "parse JSON."
    );
    CHECK(
        desk.error_of("Action=ListTagsForResource&ResourceArn=" + kServiceTopic + "x") ==
        "404 ResourceNotFound: Resource does not exist"
    );
    desk.is_root = false;
    CHECK(desk.error_of("Action=ListTopics").starts_with("403 AuthorizationError: "));
}

TEST_CASE(
    "SnsService takes ten thousand parameters, and none from a stranger's body", "[api][sns]"
) {
    SnsDesk desk;
    std::string form = "Action=ListTopics";
    for (int i = 1; i < 10'000; ++i) {
        form += "&A." + std::to_string(i);
    }
    CHECK(desk.ask_raw(form).status == 200);
    CHECK(
        desk.error_of(form + "&A.0") ==
        "400 MalformedQueryString: The request has more than 10000 parameters."
    );
    desk.create("orders");
    const http::QueryItems link{
        {"Action", "ConfirmSubscription"}, {"TopicArn", kServiceTopic}, {"Token", "t"}};
    CHECK(desk.follow(link, "") == "400 InvalidParameter");
    CHECK(desk.follow(link, "a") == "400 MalformedQueryString");
}

TEST_CASE("SnsService shows and sets attributes of subscriptions", "[api][sns]") {
    SnsDesk desk;
    desk.create("orders");
    const std::string arn = desk.subscribe(
        "&Attributes.entry.1.key=FilterPolicy&Attributes.entry.1.value=%7B%22a%22%3A%5B1%5D%7D"
    );
    CHECK(arn.starts_with(kServiceTopic + ":"));
    const std::string about = "Action=GetSubscriptionAttributes&SubscriptionArn=" + arn;
    std::string shown = desk.ask(about);
    CHECK(
        shown.find("<key>FilterPolicyScope</key><value>MessageAttributes</value>") !=
        std::string::npos
    );
    CHECK(shown.find("<key>PendingConfirmation</key><value>false</value>") != std::string::npos);
    desk.ask(
        "Action=SetSubscriptionAttributes&AttributeName=RawMessageDelivery&AttributeValue=true"
        "&SubscriptionArn=" +
        arn
    );
    shown = desk.ask(about);
    CHECK(shown.find("<key>RawMessageDelivery</key><value>true</value>") != std::string::npos);
    CHECK(
        desk.error_of(
            "Action=SetSubscriptionAttributes&AttributeName=FilterPolicy&AttributeValue=x"
            "&SubscriptionArn=" +
            arn
        ) == "400 InvalidParameter: Invalid parameter: FilterPolicy: failed to parse JSON."
    );
    CHECK(SnsDesk::leaf(desk.ask("Action=ListSubscriptions"), "Endpoint") == kQueue);
    const std::string token = "Action=ConfirmSubscription&Token=t&TopicArn=";
    CHECK(desk.error_of(token + kServiceTopic) == "400 InvalidParameter: Invalid parameter: Token");
}

TEST_CASE("SnsService publishes with attributes, by protocol", "[api][sns]") {
    SnsDesk desk;
    desk.create("orders");
    desk.subscribe("&Attributes.entry.1.key=RawMessageDelivery&Attributes.entry.1.value=true");
    const std::string answer = desk.ask(
        "Action=Publish&MessageStructure=json&Subject=s"
        "&Message=%7B%22default%22%3A%22d%22%2C%22sqs%22%3A%22q%22%7D"
        "&MessageAttributes.entry.1.Name=b&MessageAttributes.entry.1.Value.DataType=Binary"
        "&MessageAttributes.entry.1.Value.BinaryValue=AP8%3D&TargetArn=" +
        kServiceTopic
    );
    CHECK(SnsDesk::leaf(answer, "MessageId").size() == 36);
    REQUIRE(desk.outbox.kept.size() == 1);
    const auto& message = desk.outbox.kept[0].message;
    CHECK(message.body == "q");
    CHECK(message.other_attributes.at("b").value == std::string("\0\xff", 2));
    CHECK(message.trace_header == "Root=1-2-3");
    const std::string structured = "Action=Publish&MessageStructure=json&TopicArn=" + kServiceTopic;
    CHECK(
        desk.error_of(structured + "&Message=x") ==
        "400 InvalidParameter: Invalid parameter: Message Structure - JSON message body failed to "
        "parse"
    );
    CHECK(
        desk.error_of(structured + "&Message=%7B%7D") ==
        "400 InvalidParameter: Invalid parameter: Message Structure - No default entry in JSON "
        "message body"
    );
}

TEST_CASE("SnsService publishes batches entry by entry", "[api][sns]") {
    SnsDesk desk;
    desk.create("orders");
    desk.subscribe();
    const std::string entry = "&PublishBatchRequestEntries.member.";
    const std::string batch = "Action=PublishBatch&TopicArn=" + kServiceTopic;
    const std::string answer = desk.ask(
        batch + entry + "1.Id=a" + entry + "1.Message=x" + entry + "2.Id=b" + entry + "2.Message="
    );
    CHECK(desk.outbox.kept.size() == 1);
    const std::string failed = SnsDesk::leaf(answer, "Failed");
    CHECK(SnsDesk::leaf(answer, "Successful").find("<Id>a</Id>") != std::string::npos);
    CHECK(
        failed ==
        "<member><Id>b</Id><Code>InvalidParameter</Code><Message>Invalid parameter: "
        "Empty message</Message><SenderFault>true</SenderFault></member>"
    );
    CHECK(desk.error_of(batch).starts_with("400 EmptyBatchRequest: "));
    CHECK(desk.error_of(batch + entry + "1.Id=a" + entry + "2.Id=a")
              .starts_with("400 BatchEntryIdsNotDistinct: "));
    CHECK(desk.error_of(batch + entry + "1.Id=a.b").starts_with("400 InvalidBatchEntryId: "));
    std::string eleven = batch;
    for (int i = 1; i <= 11; ++i) {
        eleven += entry + std::to_string(i) + ".Id=i" + std::to_string(i);
    }
    CHECK(desk.error_of(eleven).starts_with("400 TooManyEntriesInBatchRequest: "));
}

TEST_CASE("SnsService lists a hundred topics at once", "[api][sns]") {
    SnsDesk desk;
    for (int i = 100; i < 201; ++i) {
        desk.create("t" + std::to_string(i));
    }
    const std::string first = desk.ask("Action=ListTopics");
    const std::string token = SnsDesk::leaf(first, "NextToken");
    REQUIRE_FALSE(token.empty());
    const std::string rest = desk.ask("Action=ListTopics&NextToken=" + token);
    CHECK(SnsDesk::leaf(rest, "TopicArn").ends_with(":t200"));
    CHECK(SnsDesk::leaf(rest, "NextToken").empty());
    CHECK(desk.error_of("Action=ListTopics&NextToken=x").starts_with("400 InvalidParameter: "));
}

TEST_CASE("SnsService shows attributes and tags of topics", "[api][sns]") {
    SnsDesk desk;
    desk.create("orders");
    desk.subscribe();
    const std::string set =
        "Action=SetTopicAttributes&AttributeName=DisplayName&AttributeValue=Orders&TopicArn=";
    CHECK(desk.ask_raw(set + kServiceTopic).status == 200);
    const std::string shown = desk.ask("Action=GetTopicAttributes&TopicArn=" + kServiceTopic);
    CHECK(shown.find("<key>DisplayName</key><value>Orders</value>") != std::string::npos);
    CHECK(shown.find("<key>SubscriptionsConfirmed</key><value>1</value>") != std::string::npos);
    CHECK(shown.find("<key>Owner</key><value>000000000000</value>") != std::string::npos);
    const std::string tag =
        "Action=TagResource&Tags.member.1.Key=team&Tags.member.1.Value=a&Tags.member.2.Key=x"
        "&Tags.member.2.Value=y&ResourceArn=";
    desk.ask(tag + kServiceTopic);
    desk.ask("Action=UntagResource&TagKeys.member.1=x&ResourceArn=" + kServiceTopic);
    CHECK(
        SnsDesk::leaf(
            desk.ask("Action=ListTagsForResource&ResourceArn=" + kServiceTopic), "Tags"
        ) == "<member><Key>team</Key><Value>a</Value></member>"
    );
}
