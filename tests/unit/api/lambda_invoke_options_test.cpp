#include "api/lambda/invoke_options.h"
#include "base/files/content_hash.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::api::lambda;

namespace {

http::Headers headers(std::string name, std::string value) {
    http::Headers fields;
    fields.add(std::move(name), std::move(value));
    return fields;
}

}  // namespace

TEST_CASE("InvokeOptions default to a synchronous call", "[api][InvokeOptions]") {
    const auto options = read_invoke_options(http::Headers());
    REQUIRE(options.has_value());
    CHECK(options->type == InvocationType::kRequestResponse);
    CHECK(options->log_tail == scheduler::LogTail::kNone);
    CHECK(options->start == scheduler::StartPreference::kAny);
    CHECK_FALSE(options->wants_record);
    CHECK(options->trace_id.empty());
}

TEST_CASE("InvokeOptions read what the headers ask for", "[api][InvokeOptions]") {
    http::Headers fields;
    fields.add("x-amz-invocation-type", "Event");
    fields.add("x-amz-log-type", "Tail");
    fields.add("x-lambent-cold", "1");
    fields.add("x-lambent-record", "1");
    fields.add("x-amzn-trace-id", "Root=1-2-3");
    const auto options = read_invoke_options(fields);
    REQUIRE(options.has_value());
    CHECK(options->type == InvocationType::kEvent);
    CHECK(options->log_tail == scheduler::LogTail::kLast4Kb);
    CHECK(options->start == scheduler::StartPreference::kForceCold);
    CHECK(options->wants_record);
    CHECK(options->trace_id == "Root=1-2-3");
}

TEST_CASE("InvokeOptions force a boot where a stem would do", "[api][InvokeOptions]") {
    http::Headers fields;
    fields.add("X-Lambent-Cold", "boot");
    CHECK(read_invoke_options(fields)->start == scheduler::StartPreference::kForceBoot);
}

TEST_CASE("InvokeOptions refuse unknown types together", "[api][InvokeOptions]") {
    http::Headers fields;
    fields.add("X-Amz-Invocation-Type", "Maybe");
    fields.add("X-Amz-Log-Type", "All");
    const auto options = read_invoke_options(fields);
    REQUIRE(options.has_error());
    CHECK(options.error().status() == 400);
    CHECK(options.error().name() == "ValidationException");
    CHECK(options.error().message().starts_with("2 validation errors detected: "));
}

TEST_CASE("InvokeOptions turn a client context into one line of ASCII", "[api][InvokeOptions]") {
    const std::string context = to_base64("{\"client\":\r\n {\"name\": \"caf\xC3\xA9\"}}");
    const auto options = read_invoke_options(headers("X-Amz-Client-Context", context));
    REQUIRE(options.has_value());
    CHECK(options->client_context == R"({"client":{"name":"caf\u00e9"}})");
}

TEST_CASE("InvokeOptions refuse a client context that is none", "[api][InvokeOptions]") {
    const std::string context = GENERATE(
        std::string("no base64!"), to_base64("no JSON"), to_base64("[1]"), std::string(3'584, 'A')
    );
    const auto options = read_invoke_options(headers("X-Amz-Client-Context", context));
    REQUIRE(options.has_error());
    CHECK(options.error().status() == 400);
    CHECK(options.error().name() == "InvalidRequestContentException");
}

TEST_CASE(
    "InvokeOptions drop a trace header that is unfit to be passed on", "[api][InvokeOptions]"
) {
    const auto control = read_invoke_options(headers("X-Amzn-Trace-Id", "a\x01z"));
    const auto endless = read_invoke_options(headers("X-Amzn-Trace-Id", std::string(513, 'a')));
    CHECK(control->trace_id.empty());
    CHECK(endless->trace_id.empty());
}

TEST_CASE("A new trace id has X-Ray's shape", "[api][InvokeOptions]") {
    const std::string id = new_trace_id(from_unix_ms(1'767'225'600'000));
    CHECK(id.substr(0, 16) == "Root=1-6955b900-");
    CHECK(id.size() == 16 + 24 + 8 + 16 + 10);
    CHECK(id.substr(40, 8) == ";Parent=");
    CHECK(id.ends_with(";Sampled=0"));
    CHECK(id != new_trace_id(from_unix_ms(1'767'225'600'000)));
}
