#include "api/sqs/sqs_service.h"

#include "tests/unit/api/sqs_desk.h"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace lambent;
using lambent::tests::SqsDesk;
using nlohmann::json;

TEST_CASE("SqsService creates, finds and lists queues", "[api][sqs]") {
    SqsDesk desk;
    CHECK(desk.create("jobs") == desk.url("jobs"));
    desk.create("jobs-2");
    desk.create("other");
    CHECK(desk.ask("GetQueueUrl", {{"QueueName", "jobs"}})["QueueUrl"] == desk.url("jobs"));
    CHECK(
        desk.ask("ListQueues", {{"QueueNamePrefix", "jobs"}}) ==
        json{{"QueueUrls", {desk.url("jobs"), desk.url("jobs-2")}}}
    );
    const json first = desk.ask("ListQueues", {{"MaxResults", 2}});
    CHECK(first["QueueUrls"].size() == 2);
    const json rest =
        desk.ask("ListQueues", {{"MaxResults", 2}, {"NextToken", first["NextToken"]}});
    CHECK(rest == json{{"QueueUrls", {desk.url("other")}}});
    CHECK(desk.ask("ListQueues", {{"QueueNamePrefix", "none"}}) == json::object());
    CHECK(desk.ask("DeleteQueue", {{"QueueUrl", desk.url("jobs")}}).is_null());
    CHECK(
        desk.error_of("GetQueueUrl", {{"QueueName", "jobs"}}) ==
        "AWS.SimpleQueueService.NonExistentQueue;Sender"
    );
}

TEST_CASE("SqsService names errors in both protocols", "[api][sqs]") {
    SqsDesk desk;
    const json about{{"QueueUrl", desk.url("none")}, {"MessageBody", "x"}};
    const http::Response refused = desk.ask_raw("SendMessage", about.dump());
    CHECK(refused.status == 400);
    CHECK(refused.headers.find("Content-Type") == "application/x-amz-json-1.0");
    CHECK(
        json::parse(std::get<std::string>(refused.body)) ==
        json{
            {"__type", "com.amazonaws.sqs#QueueDoesNotExist"},
            {"message", "The specified queue does not exist."}}
    );
    const std::string xml =
        desk.query("Action=SendMessage&MessageBody=x&QueueUrl=http%3A%2F%2Fl%2F000000000000%2Fnone"
        );
    CHECK(xml.find("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>") != std::string::npos);
    CHECK(xml.find("<Type>Sender</Type>") != std::string::npos);
    CHECK(xml.find("<RequestId>id-1</RequestId>") != std::string::npos);
    CHECK(desk.error_of("SendMessage", {{"MessageBody", "x"}}) == "MissingParameter;Sender");
    CHECK(desk.error_of("SendMessage", {{"QueueUrl", "jobs"}}) == "InvalidAddress;Sender");
    CHECK(desk.error_of("Dance", json::object()) == "InvalidAction;Sender");
    CHECK(desk.query("Action=Dance").find("<Code>InvalidAction</Code>") != std::string::npos);
    CHECK(desk.query("").find("<Code>MissingAction</Code>") != std::string::npos);
    CHECK(desk.ask_raw("SendMessage", "{").status == 400);
    desk.is_root = false;
    CHECK(desk.error_of("ListQueues", json::object()) == "AccessDenied;Sender");
}

TEST_CASE("SqsService sends and receives with all attributes", "[api][sqs]") {
    SqsDesk desk;
    const std::string url = desk.create("jobs");
    const json sent = desk.ask(
        "SendMessage",
        {{"QueueUrl", url},
         {"MessageBody", "This is a test message"},
         {"MessageAttributes",
          {{"City", {{"DataType", "String"}, {"StringValue", "Any City"}}},
           {"Greeting", {{"DataType", "Binary"}, {"BinaryValue", "SGVsbG8sIFdvcmxkIQ=="}}},
           {"Population", {{"DataType", "Number"}, {"StringValue", "1250800"}}}}},
         {"MessageSystemAttributes",
          {{"AWSTraceHeader", {{"DataType", "String"}, {"StringValue", "Root=1-2-3"}}}}}}
    );
    CHECK(sent["MD5OfMessageBody"] == "fafb00f5732ab283681e124bf8747ed1");
    CHECK(sent["MD5OfMessageAttributes"] == "28eb0e573cf8e8a77e349a2f968eac4a");
    CHECK(sent["MD5OfMessageSystemAttributes"].get<std::string>().size() == 32);
    CHECK_FALSE(sent.contains("SequenceNumber"));
    const json all = desk.ask(
        "ReceiveMessage",
        {{"QueueUrl", url},
         {"MessageAttributeNames", {"All"}},
         {"MessageSystemAttributeNames", {"All"}}}
    );
    REQUIRE(all["Messages"].size() == 1);
    const json& got = all["Messages"][0];
    CHECK(got["MessageId"] == sent["MessageId"]);
    CHECK(got["MD5OfBody"] == sent["MD5OfMessageBody"]);
    CHECK(got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]);
    CHECK(got["MessageAttributes"]["Greeting"]["BinaryValue"] == "SGVsbG8sIFdvcmxkIQ==");
    CHECK(got["Attributes"]["ApproximateReceiveCount"] == "1");
    CHECK(got["Attributes"]["AWSTraceHeader"] == "Root=1-2-3");
    CHECK(got["Attributes"]["SentTimestamp"] == "1767225600000");
    CHECK_FALSE(got["Attributes"].contains("MessageGroupId"));
    CHECK(desk.ask("ReceiveMessage", {{"QueueUrl", url}}) == json::object());
}

TEST_CASE("SqsService gives the attributes that are asked for", "[api][sqs]") {
    SqsDesk desk;
    const std::string url = desk.create("jobs");
    const json text{{"DataType", "String"}, {"StringValue", "x"}};
    const auto asked_for = [&](const json& names) {
        desk.ask(
            "SendMessage",
            {{"QueueUrl", url},
             {"MessageBody", "x"},
             {"MessageAttributes", {{"a.one", text}, {"a.two", text}, {"b", text}}}}
        );
        json body{{"QueueUrl", url}, {"MessageAttributeNames", names}};
        const json got = desk.ask("ReceiveMessage", body)["Messages"][0];
        return got.contains("MessageAttributes") ? got["MessageAttributes"].size() : 0;
    };
    CHECK(asked_for(json::array()) == 0);
    CHECK(asked_for({"All"}) == 3);
    CHECK(asked_for({".*"}) == 3);
    CHECK(asked_for({"a.*"}) == 2);
    CHECK(asked_for({"b", "c"}) == 1);
}

TEST_CASE("SqsService answers each entry of a batch", "[api][sqs]") {
    SqsDesk desk;
    const std::string url = desk.create("jobs");
    const json sent = desk.ask(
        "SendMessageBatch",
        {{"QueueUrl", url},
         {"Entries",
          {{{"Id", "good"}, {"MessageBody", "x"}},
           {{"Id", "empty"}, {"MessageBody", ""}},
           {{"Id", "late"}, {"MessageBody", "x"}, {"DelaySeconds", 901}}}}}
    );
    REQUIRE(sent["Successful"].size() == 1);
    CHECK(sent["Successful"][0]["Id"] == "good");
    CHECK(sent["Successful"][0]["MD5OfMessageBody"] == "9dd4e461268c8034f5c8564e155c67a6");
    REQUIRE(sent["Failed"].size() == 2);
    CHECK(sent["Failed"][0]["Code"] == "InvalidParameterValue");
    CHECK(sent["Failed"][0]["SenderFault"] == true);
    const json got = desk.ask("ReceiveMessage", {{"QueueUrl", url}})["Messages"][0];
    const json changed = desk.ask(
        "ChangeMessageVisibilityBatch",
        {{"QueueUrl", url},
         {"Entries",
          {{{"Id", "a"}, {"ReceiptHandle", got["ReceiptHandle"]}, {"VisibilityTimeout", 60}},
           {{"Id", "b"}, {"ReceiptHandle", "junk"}, {"VisibilityTimeout", 60}}}}}
    );
    CHECK(changed["Successful"] == json{{{"Id", "a"}}});
    CHECK(changed["Failed"][0]["Code"] == "ReceiptHandleIsInvalid");
    const json removed = desk.ask(
        "DeleteMessageBatch",
        {{"QueueUrl", url}, {"Entries", {{{"Id", "a"}, {"ReceiptHandle", got["ReceiptHandle"]}}}}}
    );
    CHECK(removed == json{{"Successful", {{{"Id", "a"}}}}});
}

TEST_CASE("SqsService refuses batches as a whole", "[api][sqs]") {
    SqsDesk desk;
    const std::string url = desk.create("jobs");
    const auto error = [&](json entries) {
        return desk.error_of(
            "SendMessageBatch", {{"QueueUrl", url}, {"Entries", std::move(entries)}}
        );
    };
    const auto entry = [](std::string id, std::string body = "x") {
        return json{{"Id", std::move(id)}, {"MessageBody", std::move(body)}};
    };
    const std::string prefix = "AWS.SimpleQueueService.";
    CHECK(error(json::array()) == prefix + "EmptyBatchRequest;Sender");
    CHECK(error({entry("a"), entry("a")}) == prefix + "BatchEntryIdsNotDistinct;Sender");
    CHECK(error({entry("a b")}) == prefix + "InvalidBatchEntryId;Sender");
    json many = json::array();
    for (int i = 0; i < 11; ++i) {
        many.push_back(entry(std::to_string(i)));
    }
    CHECK(error(many) == prefix + "TooManyEntriesInBatchRequest;Sender");
    const std::string half(600'000, 'x');
    CHECK(error({entry("a", half), entry("b", half)}) == prefix + "BatchRequestTooLong;Sender");
}

TEST_CASE("SqsService shows and changes a queue's attributes", "[api][sqs]") {
    SqsDesk desk;
    const std::string dead = desk.create("dead");
    const std::string policy =
        R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":"3"})";
    const std::string url =
        desk.create("jobs", {{"VisibilityTimeout", "10"}, {"RedrivePolicy", policy}});
    REQUIRE(url == desk.url("jobs"));
    const auto shown = [&](const json& names) {
        return desk.ask("GetQueueAttributes", {{"QueueUrl", url}, {"AttributeNames", names}});
    };
    const json all = shown({"All"})["Attributes"];
    CHECK(all["VisibilityTimeout"] == "10");
    CHECK(all["MaximumMessageSize"] == "1048576");
    CHECK(all["QueueArn"] == "arn:aws:sqs:us-east-1:000000000000:jobs");
    CHECK(all["ApproximateNumberOfMessages"] == "0");
    CHECK(all["CreatedTimestamp"] == "1767225600");
    CHECK(json::parse(all["RedrivePolicy"].get<std::string>())["maxReceiveCount"] == 3);
    CHECK_FALSE(all.contains("FifoQueue"));
    CHECK(shown(json::array()) == json::object());
    CHECK(shown({"DelaySeconds"}) == json{{"Attributes", {{"DelaySeconds", "0"}}}});
    const auto set = [&](const std::string& name, const std::string& value) {
        return desk.error_of(
            "SetQueueAttributes", {{"QueueUrl", url}, {"Attributes", {{name, value}}}}
        );
    };
    CHECK(set("DelaySeconds", "900") == "200");
    CHECK(set("DelaySeconds", "901") == "InvalidAttributeValue;Sender");
    CHECK(set("DelaySeconds", "soon") == "InvalidAttributeValue;Sender");
    CHECK(set("Colour", "red") == "InvalidAttributeName;Sender");
    CHECK(set("RedrivePolicy", "{") == "InvalidAttributeValue;Sender");
    CHECK(
        set("RedrivePolicy", R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:no"})"
        ) == "InvalidParameterValue;Sender"
    );
    CHECK(set("RedrivePolicy", "") == "200");
    CHECK(set("RedriveAllowPolicy", R"({"redrivePermission":"denyAll"})") == "200");
    CHECK(
        set("RedriveAllowPolicy", R"({"redrivePermission":"byQueue"})") ==
        "InvalidAttributeValue;Sender"
    );
    CHECK(shown({"RedrivePolicy"}) == json::object());
    CHECK(
        shown({"RedriveAllowPolicy"})["Attributes"]["RedriveAllowPolicy"] ==
        R"({"redrivePermission":"denyAll"})"
    );
    CHECK(
        desk.error_of("GetQueueAttributes", {{"QueueUrl", url}, {"AttributeNames", {"Colour"}}}) ==
        "InvalidAttributeName;Sender"
    );
}

TEST_CASE("SqsService compares what exists with what is asked for", "[api][sqs]") {
    SqsDesk desk;
    desk.create("jobs", {{"DelaySeconds", "5"}});
    CHECK(desk.create("jobs") == desk.url("jobs"));
    CHECK(desk.create("jobs", {{"DelaySeconds", "5"}}) == desk.url("jobs"));
    const json refused =
        desk.ask("CreateQueue", {{"QueueName", "jobs"}, {"Attributes", {{"DelaySeconds", "6"}}}});
    CHECK(refused["__type"] == "com.amazonaws.sqs#QueueNameExists");
    CHECK(refused["message"].get<std::string>().ends_with("attribute DelaySeconds"));
    CHECK(
        desk.error_of("CreateQueue", {{"QueueName", "a.fifo"}}) == "InvalidParameterValue;Sender"
    );
    const json fifo{{"FifoQueue", "true"}};
    CHECK(
        desk.error_of("CreateQueue", {{"QueueName", "a"}, {"Attributes", fifo}}) ==
        "InvalidParameterValue;Sender"
    );
    CHECK(desk.create("a.fifo", fifo) == desk.url("a.fifo"));
    CHECK(desk.create("a.fifo", fifo) == desk.url("a.fifo"));
}

TEST_CASE("SqsService knows FIFO messages and their errors", "[api][sqs]") {
    SqsDesk desk;
    const std::string url = desk.create("jobs.fifo", {{"FifoQueue", "true"}});
    const auto send = [&](json more) {
        more["QueueUrl"] = url;
        more["MessageBody"] = "x";
        return desk.ask("SendMessage", more);
    };
    const json sent = send({{"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}});
    CHECK(sent["SequenceNumber"].get<std::string>().size() == 20);
    CHECK(send({{"MessageGroupId", "g"}, {"MessageDeduplicationId", "d"}}) == sent);
    CHECK(
        send({{"MessageDeduplicationId", "d"}})["__type"] ==
        "com.amazon.coral.service#MissingParameterException"
    );
    CHECK(
        send({{"MessageGroupId", "g"}})["__type"] ==
        "com.amazon.coral.service#InvalidParameterValueException"
    );
    const json body{{"QueueUrl", url}, {"AttributeNames", {"All"}}};
    const json got = desk.ask("ReceiveMessage", body)["Messages"][0];
    CHECK(got["Attributes"]["MessageGroupId"] == "g");
    CHECK(got["Attributes"]["MessageDeduplicationId"] == "d");
    CHECK(got["Attributes"]["SequenceNumber"] == sent["SequenceNumber"]);
    desk.clock.advance(std::chrono::seconds(31));
    CHECK(
        desk.error_of(
            "DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", got["ReceiptHandle"]}}
        ) == "InvalidParameterValue;Sender"
    );
    CHECK(
        desk.error_of(
            "ChangeMessageVisibility",
            {{"QueueUrl", url}, {"ReceiptHandle", got["ReceiptHandle"]}, {"VisibilityTimeout", 1}}
        ) == "AWS.SimpleQueueService.MessageNotInflight;Sender"
    );
}

TEST_CASE("SqsService keeps tags and moves dead letters", "[api][sqs]") {
    SqsDesk desk;
    const std::string dead = desk.create("dead");
    CHECK(
        desk.error_of("TagQueue", {{"QueueUrl", dead}, {"Tags", {{"a", "1"}, {"b", "2"}}}}) == "200"
    );
    CHECK(desk.error_of("TagQueue", {{"QueueUrl", dead}, {"Tags", {{"a", "3"}}}}) == "200");
    CHECK(desk.error_of("UntagQueue", {{"QueueUrl", dead}, {"TagKeys", {"b"}}}) == "200");
    CHECK(desk.ask("ListQueueTags", {{"QueueUrl", dead}}) == json{{"Tags", {{"a", "3"}}}});
    const std::string arn = "arn:aws:sqs:us-east-1:000000000000:dead";
    CHECK(
        desk.error_of("StartMessageMoveTask", {{"SourceArn", arn}}) ==
        "InvalidParameterValue;Sender"
    );
    CHECK(
        desk.error_of("StartMessageMoveTask", {{"SourceArn", arn + "x"}}) ==
        "ResourceNotFoundException;Sender"
    );
    desk.create(
        "jobs",
        {{"RedrivePolicy", json{{"deadLetterTargetArn", arn}, {"maxReceiveCount", 1}}.dump()}}
    );
    CHECK(
        desk.ask("ListDeadLetterSourceQueues", {{"QueueUrl", dead}}) ==
        json{{"queueUrls", {desk.url("jobs")}}}
    );
    const json task = desk.ask("StartMessageMoveTask", {{"SourceArn", arn}});
    CHECK(task["TaskHandle"].is_string());
    const json tasks = desk.ask("ListMessageMoveTasks", {{"SourceArn", arn}})["Results"];
    REQUIRE(tasks.size() == 1);
    CHECK(tasks[0]["SourceArn"] == arn);
    CHECK(
        desk.error_of("CancelMessageMoveTask", {{"TaskHandle", "none"}}) ==
        "ResourceNotFoundException;Sender"
    );
}

TEST_CASE("SqsService speaks the Query protocol", "[api][sqs]") {
    SqsDesk desk;
    const auto has = [](const std::string& text, const std::string& part) {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
    };
    has(desk.query("Action=CreateQueue&QueueName=jobs&Attribute.1.Name=VisibilityTimeout"
                   "&Attribute.1.Value=7&Tag.1.Key=a&Tag.1.Value=b"),
        "<CreateQueueResult><QueueUrl>http://127.0.0.1:4566/000000000000/jobs</QueueUrl>");
    const std::string path = "/000000000000/jobs";
    has(desk.query("Action=GetQueueAttributes&AttributeName.1=VisibilityTimeout", path),
        "<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>");
    has(desk.query("Action=ListQueueTags", path), "<Tag><Key>a</Key><Value>b</Value></Tag>");
    has(desk.query(
            "Action=SendMessageBatch&SendMessageBatchRequestEntry.1.Id=one"
            "&SendMessageBatchRequestEntry.1.MessageBody=a%26b"
            "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=n"
            "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=String"
            "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=v"
            "&SendMessageBatchRequestEntry.2.Id=two"
            "&SendMessageBatchRequestEntry.2.MessageBody=b"
            "&SendMessageBatchRequestEntry.2.DelaySeconds=1000",
            path
        ),
        "<BatchResultErrorEntry><Code>InvalidParameterValue</Code><Id>two</Id>");
    const std::string got = desk.query(
        "Action=ReceiveMessage&MaxNumberOfMessages=10&MessageAttributeName.1=All&AttributeName.1="
        "All",
        path
    );
    has(got, "<Body>a&amp;b</Body>");
    has(got, "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>");
    has(got,
        "<MessageAttribute><Name>n</Name><Value><DataType>String</DataType>"
        "<StringValue>v</StringValue></Value></MessageAttribute>");
    has(desk.query("Action=ReceiveMessage&MaxNumberOfMessages=11", path),
        "<Code>InvalidParameterValue</Code>");
    has(desk.query("Action=ReceiveMessage&MaxNumberOfMessages=x", path),
        "<Code>SerializationException</Code>");
    has(desk.query("Action=ListQueues"), "<ListQueuesResult><QueueUrl>");
    has(desk.query("Action=DeleteQueue", path), "<DeleteQueueResponse xmlns=");
}

TEST_CASE("SqsService keeps the trace of the request with its messages", "[api][sqs]") {
    SqsDesk desk;
    const std::string url = desk.create("jobs");
    desk.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:01234567:3";
    const json own{{"AWSTraceHeader", {{"DataType", "String"}, {"StringValue", "Root=1-2-3"}}}};
    const json one{{"QueueUrl", url}, {"MessageBody", "one"}};
    const json sent = desk.ask("SendMessage", one);
    // It is no attribute that the sender has digested.
    CHECK_FALSE(sent.contains("MD5OfMessageSystemAttributes"));
    const json entries{
        {{"Id", "a"}, {"MessageBody", "two"}},
        {{"Id", "b"}, {"MessageBody", "its own"}, {"MessageSystemAttributes", own}}};
    const json batch = desk.ask("SendMessageBatch", {{"QueueUrl", url}, {"Entries", entries}});
    CHECK(batch["Successful"].size() == 2);
    std::map<std::string, std::string> traces;
    while (traces.size() < 3) {
        const json wanted{
            {"QueueUrl", url},
            {"MaxNumberOfMessages", 10},
            {"MessageSystemAttributeNames", {"AWSTraceHeader"}}};
        const json got = desk.ask("ReceiveMessage", wanted);
        REQUIRE(got.contains("Messages"));
        for (const json& message : got["Messages"]) {
            const json attributes = message.value("Attributes", json::object());
            traces[message["Body"]] = attributes.value("AWSTraceHeader", "");
        }
    }
    CHECK(traces["one"] == desk.trace_header);
    CHECK(traces["two"] == desk.trace_header);
    CHECK(traces["its own"] == "Root=1-2-3");
}
