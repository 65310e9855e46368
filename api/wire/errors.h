#pragma once

#include "base/http/message.h"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::api {

// What an AWS client is told went wrong: its status and name decide what SDKs throw and whether
// they retry. Services make these from Error (code and subject) in their own …_errors file.
class AwsError {
  public:
    AwsError() = default;
    AwsError(unsigned status, std::string name, std::string message)
        : status_(status), name_(std::move(name)), message_(std::move(message)) {}

    // A further member of the body ("Reason" of a throttle, "BucketName" of S3), in order.
    AwsError& with(std::string key, std::string value) {
        details_.emplace_back(std::move(key), std::move(value));
        return *this;
    }

    unsigned status() const { return status_; }
    const std::string& name() const { return name_; }
    const std::string& message() const { return message_; }
    const std::vector<std::pair<std::string, std::string>>& details() const { return details_; }
    bool is_callers_fault() const { return status_ < 500; }

  private:
    unsigned status_ = 500;
    std::string name_ = "InternalFailure";
    std::string message_;
    std::vector<std::pair<std::string, std::string>> details_;
};

// What an operation of an AWS service ends with. Works with the LAMBENT_TRY macros.
template <class T>
using Answer = boost::system::result<T, AwsError>;

[[noreturn]] void throw_exception_from_error(
    const AwsError& error, const boost::source_location& where
);

// Lambda: x-amzn-ErrorType and {"Type":"User","Message":…,"message":…}.
http::Response rest_json_error(const AwsError& error);
// CloudWatch Logs (AWS JSON 1.1): {"__type":…,"message":…}.
http::Response json_rpc_error(const AwsError& error);
// S3: <Error><Code>…; `resource` is the path that was asked for.
http::Response s3_error(
    const AwsError& error, std::string_view resource, std::string_view request_id
);
// STS (Query protocol): <ErrorResponse>….
http::Response query_error(const AwsError& error, std::string_view request_id);
// Function URLs: {"Message":…}.
http::Response function_url_error(const AwsError& error);
// HTTP APIs: {"message":…}.
http::Response http_api_error(const AwsError& error);

}  // namespace lambent::api
