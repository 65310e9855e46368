#include "api/lambda/routes.h"

#include <catch2/catch.hpp>

using namespace lambent::api::lambda;

TEST_CASE("Routes find the operation and its subject", "[api][Routes]") {
    struct Case {
        std::string method, path;
        Operation operation;
        std::string subject;
    };
    const auto asked = GENERATE(
        Case{"POST", "/2015-03-31/functions/f/invocations", Operation::kInvoke, "f"},
        Case{"POST", "/2015-03-31/functions", Operation::kCreateFunction, ""},
        Case{"GET", "/2015-03-31/functions/", Operation::kListFunctions, ""},
        Case{"GET", "/2015-03-31/functions/f", Operation::kGetFunction, "f"},
        Case{
            "GET",
            "/2015-03-31/functions/f/configuration",
            Operation::kGetFunctionConfiguration,
            "f"},
        Case{
            "PUT",
            "/2015-03-31/functions/f/configuration",
            Operation::kUpdateFunctionConfiguration,
            "f"},
        Case{"POST", "/2015-03-31/event-source-mappings/", Operation::kCreateMapping, ""},
        Case{"GET", "/2015-03-31/event-source-mappings", Operation::kListMappings, ""},
        Case{"GET", "/2015-03-31/event-source-mappings/id", Operation::kGetMapping, "id"},
        Case{"PUT", "/2015-03-31/event-source-mappings/id", Operation::kUpdateMapping, "id"},
        Case{"DELETE", "/2015-03-31/event-source-mappings/id", Operation::kDeleteMapping, "id"},
        Case{"PUT", "/2015-03-31/functions/f/code", Operation::kUpdateFunctionCode, "f"},
        Case{"DELETE", "/2015-03-31/functions/f", Operation::kDeleteFunction, "f"},
        Case{
            "GET",
            "/2017-03-31/tags/arn:aws:lambda:us-east-1:000000000000:function:f",
            Operation::kListTags,
            "arn:aws:lambda:us-east-1:000000000000:function:f"},
        Case{
            "PUT",
            "/2019-09-25/functions/f/event-invoke-config",
            Operation::kPutEventInvokeConfig,
            "f"}
    );
    const auto route = find_route(asked.method, asked.path);
    INFO(asked.method << " " << asked.path);
    REQUIRE(route);
    CHECK(route->operation == asked.operation);
    CHECK(route->subject == asked.subject);
    CHECK_FALSE(action_name(route->operation).empty());
}

TEST_CASE("Routes know nothing of what is not offered", "[api][Routes]") {
    struct Case {
        std::string method, path;
    };
    const auto asked = GENERATE(
        Case{"PATCH", "/2015-03-31/functions/f"},
        Case{"POST", "/2015-03-31/functions//invocations"},
        Case{"POST", "/2015-03-31/functions/a/b/invocations"},
        Case{"PUT", "/2015-03-31/functions"},
        Case{"GET", "/2015-03-31/functionsx"},
        Case{"GET", ""},
        Case{"GET", "/"},
        Case{"POST", "/2018-10-31/layers"}
    );
    INFO(asked.method << " " << asked.path);
    CHECK_FALSE(find_route(asked.method, asked.path));
}
