#include "runtime/functions/function_rules.h"

#include <catch2/catch.hpp>

using namespace lambent;
using runtime::check_function;
using runtime::Function;

namespace {

Function good() {
    Function function;
    function.name = "resize-image_2";
    function.runtime = "python3.12";
    function.handler = "app.handler";
    return function;
}

template <class Change>
Error refusal(Change change) {
    Function function = good();
    change(function);
    const Result<void> checked = check_function(function);
    REQUIRE(checked.has_error());
    CHECK(checked.error().code() == Code::kInvalidArgument);
    return checked.error();
}

bool has(const Error& error, const char* text) {
    return error.message().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("check_function takes what Lambda takes", "[functions][check_function]") {
    CHECK(check_function(good()).has_value());
    Function edges = good();
    edges.name = std::string(64, 'n');
    edges.handler = std::string(128, 'h');
    edges.description = std::string(256, 'd');
    edges.memory_mb = 10'240;
    edges.timeout_s = 900;
    edges.ephemeral_storage_mb = 10'240;
    edges.environment = {{"AB", std::string(4'000, 'v')}};
    edges.tags = {{"lambent:endpoint", "open"}};
    CHECK(check_function(edges).has_value());
}

TEST_CASE("check_function words names as Lambda does", "[functions][check_function]") {
    const Error wrong = refusal([](Function& f) { f.name = "no spaces"; });
    CHECK(
        has(wrong,
            "1 validation error detected: Value 'no spaces' at 'functionName' failed to "
            "satisfy constraint: Member must satisfy regular expression pattern: (arn:")
    );
    CHECK(wrong.subject() == "functionName");
    refusal([](Function& f) { f.name = ""; });
    refusal([](Function& f) { f.name = "../etc"; });
    refusal([](Function& f) { f.name = "naïve"; });
    const Error longer = refusal([](Function& f) { f.name = std::string(65, 'n'); });
    CHECK(has(longer, "Member must have length less than or equal to 64"));
}

TEST_CASE("check_function keeps numbers in Lambda's ranges", "[functions][check_function]") {
    CHECK(has(
        refusal([](Function& f) { f.memory_mb = 127; }),
        "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater "
        "than or equal to 128"
    ));
    CHECK(
        has(refusal([](Function& f) { f.memory_mb = 10'241; }),
            "Member must have value less than or equal to 10240")
    );
    refusal([](Function& f) { f.timeout_s = 0; });
    refusal([](Function& f) { f.timeout_s = 901; });
    refusal([](Function& f) { f.ephemeral_storage_mb = 511; });
    refusal([](Function& f) { f.ephemeral_storage_mb = 10'241; });
    CHECK(
        has(refusal([](Function& f) {
                f.dead_letter_arn = "arn:aws:sqs:us-east-1:000000000000:dead.fifo";
            }),
            "FIFO SQS queue is not supported")
    );
    refusal([](Function& f) { f.dead_letter_arn = "arn:aws:s3:::dead"; });
}

TEST_CASE("check_function knows runtimes by their names", "[functions][check_function]") {
    const Error wrong = refusal([](Function& f) { f.runtime = "cobol85"; });
    CHECK(wrong.subject() == "runtime");
    CHECK(has(wrong, "Value cobol85 at 'runtime' failed to satisfy constraint"));
    for (const char* name : {"python3.9", "nodejs20.x", "provided.al2", "provided.al2023"}) {
        Function function = good();
        function.runtime = name;
        CHECK(check_function(function).has_value());
    }
}

TEST_CASE("check_function refuses handlers with blanks", "[functions][check_function]") {
    CHECK(has(refusal([](Function& f) { f.handler = "app handler"; }), "[^\\s]+"));
    refusal([](Function& f) { f.handler = ""; });
    refusal([](Function& f) { f.handler = std::string(129, 'h'); });
    refusal([](Function& f) { f.description = std::string(257, 'd'); });
}

TEST_CASE("check_function guards the environment", "[functions][check_function]") {
    for (const char* key :
         {"AWS_REGION", "_HANDLER", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT"}) {
        CAPTURE(key);
        const Error reserved = refusal([key](Function& f) { f.environment[key] = "x"; });
        CHECK(has(reserved, "Reserved keys used in this request: "));
        CHECK(has(reserved, key));
    }
    for (const char* key : {"1A", "A", "A-B", "A B", "", "_A"}) {
        CAPTURE(key);
        refusal([key](Function& f) { f.environment[key] = "x"; });
    }
    refusal([](Function& f) { f.environment["NUL"] = std::string("a\0b", 3); });
    const Error large = refusal([](Function& f) { f.environment["AB"] = std::string(4'096, 'v'); });
    CHECK(has(large, "exceeded the 4KB limit. String measured: {\"AB\":\"vvv"));
}

TEST_CASE("check_function guards tags", "[functions][check_function]") {
    refusal([](Function& f) { f.tags["aws:mine"] = "x"; });
    refusal([](Function& f) { f.tags[std::string(129, 'k')] = "x"; });
    refusal([](Function& f) { f.tags["key"] = std::string(257, 'v'); });
    refusal([](Function& f) {
        for (int i = 0; i < 51; ++i) {
            f.tags["tag" + std::to_string(i)] = "x";
        }
    });
}
