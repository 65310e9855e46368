#include "scheduler/async/ended_event.h"

#include "base/json_depth.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using nlohmann::json;

namespace {

const std::string kArn = "arn:aws:lambda:us-east-1:000000000000:function:resize:$LATEST";

EndedEvent failed_event() {
    EndedEvent ended;
    ended.end = AsyncEnd::kRetriesExhausted;
    ended.request_id = "e4b46cbf-b738-4a11-8880-a18cdf61200e";
    ended.function_arn = kArn;
    ended.payload = R"({"n": 1.50, "a": 12345678901234567890123})";
    ended.invocations = 3;
    ended.ended_ms = 1'573'755'365'568;
    ended.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793";
    ended.response.status = 200;
    ended.response.executed_version = "$LATEST";
    ended.response.function_error = "Unhandled";
    ended.response.payload = R"({"errorMessage":"no","errorType":"RuntimeError"})";
    return ended;
}

}  // namespace

TEST_CASE("The invocation record is Lambda's, letter by letter", "[scheduler][ended_event]") {
    CHECK(
        invocation_record(failed_event()) ==
        R"({"version":"1.0","timestamp":"2019-11-14T18:16:05.568Z","requestContext":)"
        R"({"requestId":"e4b46cbf-b738-4a11-8880-a18cdf61200e","functionArn":)"
        R"("arn:aws:lambda:us-east-1:000000000000:function:resize:$LATEST",)"
        R"("condition":"RetriesExhausted","approximateInvokeCount":3},)"
        R"("requestPayload":{"n": 1.50, "a": 12345678901234567890123},)"
        R"("responseContext":{"statusCode":200,"executedVersion":"$LATEST",)"
        R"("functionError":"Unhandled"},)"
        R"("responsePayload":{"errorMessage":"no","errorType":"RuntimeError"}})"
    );
}

TEST_CASE("The record of a success counts one invocation", "[scheduler][ended_event]") {
    EndedEvent ended = failed_event();
    ended.end = AsyncEnd::kSuccess;
    ended.response.function_error.clear();
    ended.response.payload = "";
    const json record = json::parse(invocation_record(ended));
    CHECK(record["requestContext"]["condition"] == "Success");
    CHECK(record["requestContext"]["approximateInvokeCount"] == 1);
    CHECK_FALSE(record["responseContext"].contains("functionError"));
    CHECK(record["responsePayload"].is_null());
}

TEST_CASE("A record without an attempt has no response", "[scheduler][ended_event]") {
    EndedEvent ended = failed_event();
    ended.end = AsyncEnd::kEventAgeExceeded;
    ended.response = {};
    json record = json::parse(invocation_record(ended));
    CHECK_FALSE(record.contains("responseContext"));
    CHECK_FALSE(record.contains("responsePayload"));
    ended.response.status = 429;
    record = json::parse(invocation_record(ended));
    CHECK(record["responseContext"] == json{{"statusCode", 429}});
    CHECK_FALSE(record.contains("responsePayload"));
}

TEST_CASE("What is no JSON stands in a record as a string", "[scheduler][ended_event]") {
    EndedEvent ended = failed_event();
    ended.response.payload = "no \"JSON\" \xff";
    const json record = json::parse(invocation_record(ended));
    CHECK(record["responsePayload"] == "no \"JSON\" \xEF\xBF\xBD");
}

TEST_CASE(
    "A payload that is nested deep stands in the record as text", "[scheduler][ended_event]"
) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EndedEvent ended = failed_event();
    ended.payload = nested(kJsonNestingMax - 1);
    ended.response.payload = nested(100'000);
    const std::string record = invocation_record(ended);
    REQUIRE(is_shallow_json(record));  // a bus takes it
    const json read = json::parse(record);
    CHECK(read.at("requestPayload").is_array());
    CHECK(read.at("responsePayload") == nested(100'000));
    ended.payload = nested(kJsonNestingMax);
    CHECK(json::parse(invocation_record(ended)).at("requestPayload") == ended.payload);
}

TEST_CASE("Each kind of destination gets the record in its own way", "[scheduler][ended_event]") {
    const EndedEvent ended = failed_event();
    const std::string queue = "arn:aws:sqs:us-east-1:000000000000:failed";
    const TargetMessage to_queue = destination_message(ended, queue);
    CHECK(to_queue.target_arn == queue);
    CHECK(to_queue.source_arn == kArn);
    CHECK(to_queue.body == invocation_record(ended));
    CHECK(to_queue.trace_header == ended.trace_header);
    CHECK(to_queue.id.size() == 36);

    const std::string bus = "arn:aws:events:us-east-1:000000000000:event-bus/ends";
    const TargetMessage to_bus = destination_message(ended, bus);
    CHECK(to_bus.source == "lambda");
    CHECK(to_bus.detail_type == "Lambda Function Invocation Result - Failure");
    CHECK(to_bus.resources == std::vector<std::string>{bus, kArn});
    CHECK(to_bus.body == invocation_record(ended));

    const TargetMessage to_bucket = destination_message(ended, "arn:aws:s3:::failed");
    CHECK(
        to_bucket.target_arn ==
        "arn:aws:s3:::failed/aws/lambda/async/resize/2019/11/14/2019-11-14T18.16.05-" + to_bucket.id
    );
}

TEST_CASE("A dead letter is the event with what went wrong", "[scheduler][ended_event]") {
    EndedEvent ended = failed_event();
    const std::string queue = "arn:aws:sqs:us-east-1:000000000000:dead";
    const TargetMessage letter = dead_letter_message(ended, queue);
    CHECK(letter.target_arn == queue);
    CHECK(letter.body == ended.payload);
    CHECK(letter.attributes.at("RequestID") == ended.request_id);
    CHECK(letter.attributes.at("ErrorMessage") == "no");
    CHECK(letter.number_attributes.at("ErrorCode") == "200");

    ended.response = {};
    ended.response.message = std::string(1'023, 'x') + "\xC3\xA4";  // the last letter does not fit
    const TargetMessage without_code = dead_letter_message(ended, queue);
    CHECK(without_code.number_attributes.empty());
    CHECK(without_code.attributes.at("ErrorMessage") == std::string(1'023, 'x'));
}
