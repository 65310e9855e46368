#include "api/lambda/function_reference.h"

#include <catch2/catch.hpp>

using lambent::api::lambda::is_role_arn;
using lambent::api::lambda::parse_function_reference;

TEST_CASE("FunctionReference reads a bare name", "[api][FunctionReference]") {
    const auto reference = parse_function_reference("resize-photo_2");
    REQUIRE(reference);
    CHECK(reference->name == "resize-photo_2");
    CHECK(reference->qualifier.empty());
    CHECK(reference->region.empty());
    CHECK(reference->account.empty());
}

TEST_CASE("FunctionReference reads every shape AWS allows", "[api][FunctionReference]") {
    struct Case {
        std::string text, name, qualifier, region, account;
    };
    const auto shape = GENERATE(
        Case{"resize:$LATEST", "resize", "$LATEST", "", ""},
        Case{"resize:live", "resize", "live", "", ""},
        Case{"function:resize", "resize", "", "", ""},
        Case{"000000000000:function:resize", "resize", "", "", "000000000000"},
        Case{"000000000000:function:resize:7", "resize", "7", "", "000000000000"},
        Case{
            "arn:aws:lambda:us-east-1:000000000000:function:resize",
            "resize",
            "",
            "us-east-1",
            "000000000000"},
        Case{
            "arn:aws-us-gov:lambda:us-gov-west-1:000000000000:function:resize:$LATEST",
            "resize",
            "$LATEST",
            "us-gov-west-1",
            "000000000000"},
        Case{"us-isob-east-1:000000000000:resize", "resize", "", "us-isob-east-1", "000000000000"}
    );
    const auto reference = parse_function_reference(shape.text);
    INFO(shape.text);
    REQUIRE(reference);
    CHECK(reference->name == shape.name);
    CHECK(reference->qualifier == shape.qualifier);
    CHECK(reference->region == shape.region);
    CHECK(reference->account == shape.account);
}

TEST_CASE("FunctionReference refuses what is no name", "[api][FunctionReference]") {
    const std::string text = GENERATE(
        "",
        " ",
        "has space",
        "has.dot",
        "slash/ed",
        ":",
        "name:",
        ":name",
        "name:a b",
        "name:$OLDEST",
        "a:b:c",
        "arn:aws",
        "arn:aws:lambda",
        "arn:aws:s3:us-east-1:000000000000:function:x",
        "arn:gcp:lambda:us-east-1:000000000000:function:x",
        "arn:aws:lambda:us-east-1:000000000000:function:",
        "arn:aws:lambda:us-east-1:000000000000:layer:x:1",
        "arn:aws:lambda:us-east-1:0000:function:x"
    );
    INFO(text);
    CHECK_FALSE(parse_function_reference(text));
}

TEST_CASE("FunctionReference refuses a NUL byte", "[api][FunctionReference]") {
    CHECK_FALSE(parse_function_reference(std::string_view("na\0me", 5)));
}

TEST_CASE("Role check follows AWS's pattern", "[api][Constraints]") {
    CHECK(is_role_arn("arn:aws:iam::000000000000:role/lambda"));
    CHECK(is_role_arn("arn:aws-cn:iam::123456789012:role/service-role/a.b@c"));
    CHECK(is_role_arn("arn::iam::123456789012:role/x"));
    CHECK_FALSE(is_role_arn(""));
    CHECK_FALSE(is_role_arn("r1"));
    CHECK_FALSE(is_role_arn("arn:aws:iam::12345678901:role/x"));
    CHECK_FALSE(is_role_arn("arn:aws:iam::123456789012:user/x"));
    CHECK_FALSE(is_role_arn("arn:aws:iam::123456789012:role"));
    CHECK_FALSE(is_role_arn("arn:aws:iam::12345678901x:role/x"));
    CHECK_FALSE(is_role_arn("arn:aws:iam::123456789012:role/a b"));
    CHECK_FALSE(is_role_arn("arn"));
}
