#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

#include <set>

using namespace lambent;
using nlohmann::json;
using tests::FakeSource;
using tests::LambdaDesk;
using tests::Reply;

namespace {

const std::string kMappings = "/2015-03-31/event-source-mappings";

struct MappingDesk : LambdaDesk {
    MappingDesk() { create("worker"); }

    Reply map(const json& changed = {}) {
        json body = {{"FunctionName", "worker"}, {"EventSourceArn", FakeSource::kArn}};
        if (changed.is_object()) {
            body.merge_patch(changed);
        }
        return ask("POST", kMappings + "/", body.dump());
    }
    std::string state(const std::string& uuid) {
        const Reply reply = ask("GET", kMappings + "/" + uuid);
        return reply.status == 200 ? reply.json().at("State").get<std::string>() : "none";
    }
    void until_state(const std::string& uuid, const std::string& wished) {
        tests::run_until(loop, [&] { return state(uuid) == wished; });
    }
    std::string mapped(const json& changed = {}) {
        const std::string uuid = map(changed).json().at("UUID");
        until_state(
            uuid, changed.is_object() && changed.contains("Enabled") ? "Disabled" : "Enabled"
        );
        return uuid;
    }
    void until_empty() {
        tests::run_until(loop, [this] { return source.left().empty(); });
    }
    static std::string fault(const Reply& reply) {
        return reply.header("x-amzn-ErrorType") + ": " +
               reply.json().at("message").get<std::string>();
    }
};

}  // namespace

TEST_CASE("CreateEventSourceMapping answers as Lambda does", "[api][mappings]") {
    MappingDesk desk;
    const Reply created = desk.map();
    CHECK(created.status == 202);
    json body = created.json();
    const std::string uuid = body.at("UUID");
    body.erase("UUID");
    CHECK(
        body ==
        json{
            {"EventSourceMappingArn",
             "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:" + uuid},
            {"EventSourceArn", FakeSource::kArn},
            {"FunctionArn", "arn:aws:lambda:us-east-1:000000000000:function:worker"},
            {"BatchSize", 10},
            {"MaximumBatchingWindowInSeconds", 0},
            {"FunctionResponseTypes", json::array()},
            {"State", "Creating"},
            {"StateTransitionReason", "USER_INITIATED"},
            {"LastModified", 1'767'225'600.0},
        }
    );
    desk.until_state(uuid, "Enabled");
}

TEST_CASE("CreateEventSourceMapping keeps every setting", "[api][mappings]") {
    MappingDesk desk;
    const json filters = {{"Filters", {{{"Pattern", R"({"body": ["x"]})"}}}}};
    const std::string uuid = desk.mapped({
        {"FunctionName", "arn:aws:lambda:us-east-1:000000000000:function:worker:$LATEST"},
        {"BatchSize", 500},
        {"MaximumBatchingWindowInSeconds", 3},
        {"FilterCriteria", filters},
        {"ScalingConfig", {{"MaximumConcurrency", 7}}},
        {"FunctionResponseTypes", {"ReportBatchItemFailures"}},
        {"Enabled", false},
    });
    json got = desk.ask("GET", kMappings + "/" + uuid).json();
    CHECK(got.at("FunctionArn") == "arn:aws:lambda:us-east-1:000000000000:function:worker:$LATEST");
    CHECK(got.at("BatchSize") == 500);
    CHECK(got.at("MaximumBatchingWindowInSeconds") == 3);
    CHECK(got.at("FilterCriteria") == filters);
    CHECK(got.at("ScalingConfig") == json{{"MaximumConcurrency", 7}});
    CHECK(got.at("FunctionResponseTypes") == json{"ReportBatchItemFailures"});

    const json change = {
        {"FilterCriteria", json::object()},
        {"ScalingConfig", json::object()},
        {"FunctionResponseTypes", json::array()},
        {"BatchSize", 20}};
    const Reply updated = desk.ask("PUT", kMappings + "/" + uuid, change.dump());
    CHECK(updated.status == 202);
    CHECK(updated.json().at("State") == "Updating");
    desk.until_state(uuid, "Disabled");
    got = desk.ask("GET", kMappings + "/" + uuid).json();
    CHECK_FALSE(got.contains("FilterCriteria"));
    CHECK_FALSE(got.contains("ScalingConfig"));
    CHECK(got.at("FunctionResponseTypes").empty());
    CHECK(got.at("BatchSize") == 20);
    CHECK(got.at("MaximumBatchingWindowInSeconds") == 3);
}

TEST_CASE("Event source mappings that Lambda refuses are refused in its words", "[api][mappings]") {
    MappingDesk desk;
    const std::string invalid = "InvalidParameterValueException: ";
    const std::string shape = "ValidationException: 1 validation error detected: Value ";
    const auto fault = [&](const json& changed) {
        return MappingDesk::fault(desk.map(changed));
    };
    CHECK(fault({{"FunctionName", "nobody"}}) == invalid + "Function does not exist");
    CHECK(fault({{"FunctionName", "worker:7"}}) == invalid + "Function does not exist");
    CHECK(fault({{"EventSourceArn", nullptr}}) == invalid + "Unrecognized event source.");
    CHECK(
        fault({{"EventSourceArn", "arn:aws:kinesis:us-east-1:000000000000:stream/s"}}) ==
        invalid + "Unrecognized event source."
    );
    CHECK(
        fault({{"StartingPosition", "LATEST"}}) ==
        invalid + "StartingPosition is not valid for SQS event sources."
    );
    CHECK(
        fault({{"BatchSize", 11}}) ==
        invalid +
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
    );
    CHECK(
        fault({{"BatchSize", 0}}) ==
        shape +
            "'0' at 'batchSize' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1"
    );
    CHECK(
        fault({{"BatchSize", 10'001}}) ==
        shape +
            "'10001' at 'batchSize' failed to satisfy constraint: Member must have value less "
            "than or equal to 10000"
    );
    CHECK(fault({{"MaximumBatchingWindowInSeconds", 301}}
    ).starts_with(shape + "'301' at 'maximumBatchingWindowInSeconds'"));
    CHECK(fault({{"ScalingConfig", {{"MaximumConcurrency", 1}}}}
    ).starts_with(shape + "'1' at 'scalingConfig.maximumConcurrency'"));
    CHECK(fault({{"FunctionResponseTypes", {"Report"}}}
    ).starts_with(shape + "'Report' at 'functionResponseTypes'"));
    CHECK(
        fault({{"FilterCriteria", {{"Filters", {{{"Pattern", "[]"}}}}}}}) ==
        invalid + "Invalid filter pattern definition."
    );
    CHECK(
        fault({{"FilterCriteria", {{"Filters", {{{"Pattern", std::string(4'097, ' ')}}}}}}}
        ).find("'filterCriteria.filters.1.member.pattern'") != std::string::npos
    );
    CHECK(fault({{"FilterCriteria", "x"}}).starts_with("SerializationException"));
    CHECK(fault({{"BatchSize", "x"}}).starts_with("SerializationException"));
    CHECK(
        fault({{"MetricsConfig", {{"Metrics", {"EventCount"}}}}}) ==
        invalid + "MetricsConfig of event source mappings is not supported by lambent yet."
    );

    const std::string uuid = desk.mapped();
    const Reply twin = desk.map();
    CHECK(twin.status == 409);
    CHECK(MappingDesk::fault(twin).starts_with("ResourceConflictException: The event source arn"));
    for (const char* method : {"GET", "DELETE", "PUT"}) {
        const Reply none = desk.ask(method, kMappings + "/no-such", "{}");
        CHECK(none.status == 404);
        CHECK(
            MappingDesk::fault(none) ==
            "ResourceNotFoundException: The resource you requested does not exist."
        );
    }
}

TEST_CASE("A mapping on its way is in use", "[api][mappings]") {
    MappingDesk desk;
    const std::string uuid = desk.mapped();
    tests::settle(desk.loop, desk.source);
    const Reply disabled = desk.ask("PUT", kMappings + "/" + uuid, R"({"Enabled": false})");
    CHECK(disabled.json().at("State") == "Disabling");
    const Reply removed = desk.ask("DELETE", kMappings + "/" + uuid);
    if (removed.status != 202) {
        CHECK(removed.status == 400);
        CHECK(
            MappingDesk::fault(removed) ==
            "ResourceInUseException: Cannot delete the event source mapping because it is in "
            "use."
        );
        desk.until_state(uuid, "Disabled");
        CHECK(desk.ask("DELETE", kMappings + "/" + uuid).json().at("State") == "Deleting");
    }
    desk.until_state(uuid, "none");
}

TEST_CASE("ListEventSourceMappings filters and pages", "[api][mappings]") {
    MappingDesk desk;
    std::set<std::string> uuids;
    for (const char* name : {"f1", "f2", "f3"}) {
        desk.create(name);
        uuids.insert(desk.mapped({{"FunctionName", name}, {"Enabled", false}}));
    }
    const auto list = [&](const http::QueryItems& query) {
        return desk.ask("GET", kMappings + "/", "", query).json();
    };
    CHECK(list({}).at("EventSourceMappings").size() == 3);
    CHECK(list({{"FunctionName", "f2"}}).at("EventSourceMappings").size() == 1);
    CHECK(list({{"FunctionName", "nobody"}}).at("EventSourceMappings").empty());
    CHECK(list({{"EventSourceArn", FakeSource::kArn}}).at("EventSourceMappings").size() == 3);
    CHECK(list({{"EventSourceArn", "arn:aws:sqs:x:y:z"}}).at("EventSourceMappings").empty());
    std::set<std::string> paged;
    std::string marker;
    do {
        http::QueryItems query = {{"MaxItems", "2"}};
        if (!marker.empty()) {
            query.emplace_back("Marker", marker);
        }
        const json page = list(query);
        for (const json& mapping : page.at("EventSourceMappings")) {
            paged.insert(mapping.at("UUID"));
        }
        marker = page.value("NextMarker", "");
    } while (!marker.empty());
    CHECK(paged == uuids);
}

TEST_CASE("A function gets messages of a queue as Lambda gives them", "[api][mappings]") {
    const api::lambda::SqsEventWriter writer("eu-west-1");
    triggers::ReceivedMessage message;
    message.id = "id1";
    message.receipt_handle = "handle";
    message.body = "{\"a\": \"\xC3\xB6\"}\n";
    message.attributes = {{"Text", {"String", "x"}}, {"Raw", {"Binary", std::string("\0\1", 2)}}};
    message.sent_ms = 1'767'225'600'000;
    message.first_received_ms = 1'767'225'600'001;
    message.receive_count = 2;
    message.sender_id = "AIDA";
    const std::string arn = "arn:aws:sqs:eu-west-1:000000000000:jobs";
    CHECK(
        json::parse(writer.record(message, arn)) ==
        json{
            {"messageId", "id1"},
            {"receiptHandle", "handle"},
            {"body", message.body},
            {"attributes",
             {{"ApproximateReceiveCount", "2"},
              {"SentTimestamp", "1767225600000"},
              {"SenderId", "AIDA"},
              {"ApproximateFirstReceiveTimestamp", "1767225600001"}}},
            {"messageAttributes",
             {{"Text",
               {{"stringValue", "x"},
                {"stringListValues", json::array()},
                {"binaryListValues", json::array()},
                {"dataType", "String"}}},
              {"Raw",
               {{"binaryValue", "AAE="},
                {"stringListValues", json::array()},
                {"binaryListValues", json::array()},
                {"dataType", "Binary"}}}}},
            {"md5OfBody", to_hex(digest(HashKind::kMd5, message.body))},
            {"eventSource", "aws:sqs"},
            {"eventSourceARN", arn},
            {"awsRegion", "eu-west-1"},
        }
    );
    message.group_id = "g";
    message.deduplication_id = "d";
    message.sequence_number = "18850000000000000000";
    message.trace_header = "Root=1";
    message.dead_letter_source_arn = "arn:aws:sqs:eu-west-1:000000000000:first";
    const json attributes = json::parse(writer.record(message, arn)).at("attributes");
    CHECK(attributes.at("MessageGroupId") == "g");
    CHECK(attributes.at("MessageDeduplicationId") == "d");
    CHECK(attributes.at("SequenceNumber") == "18850000000000000000");
    CHECK(attributes.at("AWSTraceHeader") == "Root=1");
    CHECK(attributes.at("DeadLetterQueueSourceArn") == "arn:aws:sqs:eu-west-1:000000000000:first");

    triggers::Batch batch;
    for (const char* record : {"{\"a\":1}", "{\"b\":2}"}) {
        triggers::BatchItem item;
        item.record = record;
        batch.items.push_back(std::move(item));
    }
    CHECK(writer.event(batch) == R"({"Records":[{"a":1},{"b":2}]})");
}

TEST_CASE("A mapping that was made through the API invokes its function", "[api][mappings]") {
    MappingDesk desk;
    desk.source.put("m1", "hello");
    desk.mapped();
    desk.until_empty();
    REQUIRE(desk.invoker.asked.size() == 1);
    CHECK(desk.invoker.asked.front().function == "worker");
    const json event = json::parse(desk.invoker.asked.front().payload);
    CHECK(event.at("Records").at(0).at("body") == "hello");
    CHECK(event.at("Records").at(0).at("messageId") == "m1");
}
