#pragma once

#include "api/wire/errors.h"
#include "base/result.h"

#include <string>
#include <utility>

namespace lambent::api::s3 {

// What S3 calls an Error of the rooms below: by code and subject, never by message.
AwsError to_s3(const Error& error);

template <class T>
Answer<T> in_s3(Result<T> result) {
    if (result.has_error()) {
        return to_s3(result.error());
    }
    if constexpr (std::is_void_v<T>) {
        return {};
    } else {
        return std::move(result).value();
    }
}

AwsError invalid_argument(std::string message, std::string name, std::string value);
AwsError invalid_request(std::string message);
AwsError malformed_xml();
AwsError not_implemented(std::string what);  // `what`: the header or sub-resource asked for
AwsError method_not_allowed(std::string method);
AwsError precondition_failed(std::string condition);
AwsError bad_digest(std::string what);
AwsError entity_too_large();

}  // namespace lambent::api::s3
