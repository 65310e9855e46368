#include "app/cli/client/lambda_api.h"
#include "app/cli/client/logs_api.h"
#include "app/cli/client/platform_api.h"
#include "app/cli/client/s3_api.h"
#include "app/cli/client/service_error.h"
#include "tests/unit/app/cli/one_answer_server.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

Endpoint endpoint_at(const std::string& url) {
    Endpoint endpoint;
    endpoint.url = url;
    endpoint.access_key = "AK";
    endpoint.secret_key = "SK";
    return endpoint;
}

std::string answer(const std::string& status, const std::string& headers, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

constexpr char kRecord[] =
    R"({"requestId":"r-1","function":"f","revisionId":"v","logStream":"s","startedMs":5,)"
    R"("source":"boot","outcome":"success","errorType":"","phasesUs":{"queueWait":1,"admission":2,)"
    R"("cellClaim":3,"mountAndLimits":4,"runtimeBoot":5,"extensionInit":0,"functionInit":6,)"
    R"("handler":7,"responseTransfer":8,"freeze":9},"durationUs":15,"initDurationUs":11,)"
    R"("billedMs":1,"memoryMb":128,"memoryPeakBytes":1048576,"gbSeconds":0.5,"costUsd":0.25})";

TEST_CASE("A record is read with its phases in order", "[app][Record]") {
    const auto record = parse_record(std::string_view(kRecord));
    REQUIRE(record.has_value());
    CHECK(record->request_id == "r-1");
    CHECK(record->cold);
    CHECK(record->succeeded());
    CHECK(record->phases == PhaseTimes{1, 2, 3, 4, 5, 0, 6, 7, 8, 9});
    CHECK(record->memory_peak_bytes == 1'048'576);
    CHECK(record->cost_usd == 0.25);
    CHECK(parse_records("{\"records\":[" + std::string(kRecord) + "]}")->size() == 1);
}

TEST_CASE("A record that is not one is an error", "[app][Record]") {
    CHECK(parse_record(std::string_view("{}")).has_error());
    CHECK(parse_record(std::string_view("nonsense")).has_error());
    CHECK(parse_records("[]").has_error());
}

TEST_CASE(
    "An invocation's answer carries the error, the log's tail and the record", "[app][LambdaApi]"
) {
    tests::OneAnswerServer server(answer(
        "200 OK",
        "X-Amz-Function-Error: Unhandled\r\nX-Amz-Log-Result: U1RBUlQK\r\n"
        "x-amzn-RequestId: r-1\r\nX-Lambent-Record: " +
            std::string(kRecord) + "\r\n",
        R"({"errorMessage":"no"})"
    ));
    HttpClient client(endpoint_at(server.url()));
    InvokeCall call;
    call.name = "f";
    call.payload = "[1]";
    call.start = InvokeStart::kForceCold;
    const auto result = LambdaApi(client).invoke(call);
    REQUIRE(result.has_value());
    CHECK(result->function_error == "Unhandled");
    CHECK(result->log_tail == "START\n");
    CHECK(result->payload == R"({"errorMessage":"no"})");
    CHECK(result->record.value().phases[4] == 5);
    CHECK(server.head().starts_with("POST /2015-03-31/functions/f/invocations HTTP/1.1"));
    CHECK(server.head().find("X-Lambent-Cold: 1") != std::string::npos);
    CHECK(server.head().find("X-Amz-Invocation-Type: RequestResponse") != std::string::npos);
    CHECK(server.body() == "[1]");
}

TEST_CASE("A function that does not exist is found absent", "[app][LambdaApi]") {
    tests::OneAnswerServer server(answer("404 Not Found", "", "{}"));
    HttpClient client(endpoint_at(server.url()));
    const auto view = LambdaApi(client).find("nobody");
    REQUIRE(view.has_value());
    CHECK_FALSE(view->has_value());
}

TEST_CASE("A function's configuration is read from GetFunction", "[app][LambdaApi]") {
    tests::OneAnswerServer server(answer(
        "200 OK",
        "",
        R"({"Configuration":{"FunctionName":"f","Runtime":"nodejs20.x","Handler":"a.b",)"
        R"("MemorySize":256,"Timeout":9,"EphemeralStorage":{"Size":600},"CodeSha256":"abc=",)"
        R"("Environment":{"Variables":{"K":"v"}},"FunctionArn":"arn","State":"Active"},)"
        R"("Tags":{"t":"1"}})"
    ));
    HttpClient client(endpoint_at(server.url()));
    const auto view = LambdaApi(client).find("f");
    REQUIRE(view.has_value());
    const FunctionView& function = view->value();
    CHECK(function.settings.memory_mb == 256);
    CHECK(function.settings.ephemeral_storage_mb == 600);
    CHECK(function.settings.environment.at("K") == "v");
    CHECK(function.settings.tags.at("t") == "1");
    CHECK(function.code_sha256 == "abc=");
    CHECK(function.last_update_status == "Successful");
}

TEST_CASE("A forced boot and a memory size are asked for as the daemon reads them", "[app][api]") {
    tests::OneAnswerServer invoke(answer("200 OK", "", "1"));
    HttpClient caller(endpoint_at(invoke.url()));
    InvokeCall call;
    call.name = "f";
    call.start = InvokeStart::kForceBoot;
    CHECK(LambdaApi(caller).invoke(call).has_value());
    CHECK(invoke.head().find("X-Lambent-Cold: boot") != std::string::npos);
    tests::OneAnswerServer update(answer("200 OK", "", "{}"));
    HttpClient updater(endpoint_at(update.url()));
    CHECK(LambdaApi(updater).set_memory("f", 512).has_value());
    CHECK(update.head().starts_with("PUT /2015-03-31/functions/f/configuration "));
    CHECK(update.body() == R"({"MemorySize":512})");
}

TEST_CASE("Stems and what the page cache lost are read from the daemon", "[app][PlatformApi]") {
    tests::OneAnswerServer stems(answer("200 OK", "", R"({"ready":1,"wanted":3})"));
    HttpClient one(endpoint_at(stems.url()));
    const auto view = PlatformApi(one).stems("f");
    REQUIRE(view.has_value());
    CHECK(view->ready == 1);
    CHECK(view->wanted == 3);
    tests::OneAnswerServer cache(answer(
        "200 OK",
        "",
        R"({"parts":[{"part":"package","path":"/p","bytes":9,"cachedBefore":8,"cachedAfter":1}]})"
    ));
    HttpClient other(endpoint_at(cache.url()));
    const auto dropped = PlatformApi(other).drop_page_cache("f");
    REQUIRE(dropped.has_value());
    CHECK(dropped->at(0).part == "package");
    CHECK(dropped->at(0).cached_after == 1);
    CHECK(cache.head().starts_with("POST /_lambent/functions/f/drop-page-cache "));
    tests::OneAnswerServer old(answer("200 OK", "", "{}"));
    HttpClient third(endpoint_at(old.url()));
    CHECK(PlatformApi(third).stems("f").error().code() == Code::kInternal);
}

TEST_CASE("An AWS error in JSON or XML becomes an Error with its name", "[app][service_error]") {
    HttpReply json;
    json.status = 404;
    json.headers["x-amzn-errortype"] = "ResourceNotFoundException:http://internal/";
    json.body = R"({"Type":"User","Message":"Function not found: f"})";
    CHECK(service_error(json).code() == Code::kNotFound);
    CHECK(service_error(json).subject() == "ResourceNotFoundException");
    CHECK(service_error(json).message() == "ResourceNotFoundException: Function not found: f");
    HttpReply xml;
    xml.status = 409;
    xml.body =
        "<?xml version=\"1.0\"?><Error><Code>BucketNotEmpty</Code><Message>m</Message></Error>";
    CHECK(service_error(xml).code() == Code::kConflict);
    CHECK(service_error(xml).message() == "BucketNotEmpty: m");
    HttpReply bare;
    bare.status = 500;
    CHECK(service_error(bare).code() == Code::kInternal);
    CHECK(service_error(bare).message() == "HTTP 500");
}

TEST_CASE("A bucket's notification document has rules with filters", "[app][S3Api]") {
    NotificationRule rule;
    rule.id = "F-Upload";
    rule.function_arn = "arn:aws:lambda:us-east-1:000000000000:function:F";
    rule.events = {"s3:ObjectCreated:*"};
    rule.suffix = ".jpg&";
    CHECK(
        notification_document({rule}) ==
        "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<CloudFunctionConfiguration><Id>F-Upload</Id>"
        "<CloudFunction>arn:aws:lambda:us-east-1:000000000000:function:F</CloudFunction>"
        "<Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>suffix</Name>"
        "<Value>.jpg&amp;</Value></FilterRule></S3Key></Filter>"
        "</CloudFunctionConfiguration></NotificationConfiguration>"
    );
}

TEST_CASE("A bucket's list is read", "[app][S3Api]") {
    tests::OneAnswerServer server(answer(
        "200 OK",
        "",
        "<ListBucketResult><Contents><Key>a &amp; b.jpg</Key><Size>7</Size></Contents>"
        "<IsTruncated>false</IsTruncated></ListBucketResult>"
    ));
    HttpClient client(endpoint_at(server.url()));
    const auto objects = S3Api(client).list("thumbs");
    REQUIRE(objects.has_value());
    REQUIRE(objects->size() == 1);
    CHECK(objects->front().key == "a & b.jpg");
    CHECK(objects->front().bytes == 7);
    CHECK(server.head().starts_with("GET /thumbs?list-type=2 HTTP/1.1"));
}

TEST_CASE("A function that never wrote a log has no events", "[app][LogsApi]") {
    tests::OneAnswerServer server(
        answer("400 Bad Request", "", R"({"__type":"ResourceNotFoundException","message":"none"})")
    );
    HttpClient client(endpoint_at(server.url()));
    const auto events = LogsApi(client).events("f", 0);
    REQUIRE(events.has_value());
    CHECK(events->empty());
    CHECK(server.head().find("X-Amz-Target: Logs_20140328.FilterLogEvents") != std::string::npos);
}

TEST_CASE("Log events lose the line end that they were written with", "[app][LogsApi]") {
    tests::OneAnswerServer server(answer(
        "200 OK",
        "",
        R"({"events":[{"eventId":"1","logStreamName":"s","timestamp":9,"message":"END\n"}]})"
    ));
    HttpClient client(endpoint_at(server.url()));
    const auto events = LogsApi(client).events("f", 0);
    REQUIRE(events.has_value());
    CHECK(events->front().message == "END");
    CHECK(events->front().time_ms == 9);
}

TEST_CASE("Environments are read from the platform's own door", "[app][PlatformApi]") {
    tests::OneAnswerServer server(answer(
        "200 OK",
        "",
        R"({"environments":[{"function":"f","state":"idle","memoryMb":128,"ageMs":7,"idleMs":3,)"
        R"("invocations":2,"logStream":"s","frozen":true,"revisionId":"r"}]})"
    ));
    HttpClient client(endpoint_at(server.url()));
    const auto environments = PlatformApi(client).environments();
    REQUIRE(environments.has_value());
    CHECK(environments->front().function == "f");
    CHECK(environments->front().frozen);
    CHECK(environments->front().invocations == 2);
}

}  // namespace
}  // namespace lambent::cli
