#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lambent::api::lambda {

// A function as callers name one: "name", "name:qualifier", "<account>:function:name", or a whole
// ARN, with or without a qualifier. Parts that were not given are empty.
struct FunctionReference {
    std::string name;
    std::string qualifier;
    std::string region;
    std::string account;
};

// Nothing when the text does not have the shape that AWS's pattern asks for. Says nothing about
// whether the function exists.
std::optional<FunctionReference> parse_function_reference(std::string_view text);

// "arn:aws:iam::<account>:role/<path>": any role may be named, since nothing is asked of IAM.
bool is_role_arn(std::string_view text);

// At least one digit, and nothing else.
bool is_digits(std::string_view text);

// The patterns above as AWS prints them in its validation errors.
extern const char kFunctionNamePattern[];
extern const char kRolePattern[];

}  // namespace lambent::api::lambda
