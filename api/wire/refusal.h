#pragma once

#include "api/wire/errors.h"

#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace lambent::api {

// Why the front door turns a request away. Each service has its own name for each of these.
enum class Fault {
    kUnsigned,        // no signature at all
    kMalformed,       // a signature that cannot be read
    kAmbiguous,       // two signatures, two dates: whose word would count?
    kUnsupported,     // another algorithm
    kUnknownKey,      // the access key is not known, or not here
    kWrongScope,      // signed for another day, region or service
    kSkewed,          // the time of signing is not about now
    kExpired,         // a presigned address is too old, or not good yet
    kUnsignedHeader,  // a header that matters is not covered by the signature
    kWrongSignature,  // the signature is not that of this request
    kNoBodyHash,      // S3 must be told what the body is
    kBodyMismatch,    // the body is not what its hash says
    kForbidden,       // who signed may not do this
    kBadRequest,      // the address cannot be decoded
    kTooLarge,        // the body is larger than any operation of the service takes
    kNoSuchService,   // signed for a service that is not here
    kTimeout,         // the body did not come in time
    kBusy,            // there is no memory for the body now
};

// Why the front door turned a request away; refusal.cpp says it in the words of each service.
class Refusal {
  public:
    Refusal() = default;
    Refusal(Fault fault, std::string message) : fault_(fault), message_(std::move(message)) {}
    Fault fault() const { return fault_; }
    const std::string& message() const { return message_; }

  private:
    Fault fault_ = Fault::kForbidden;
    std::string message_;
};

template <class T>
using Checked = boost::system::result<T, Refusal>;

[[noreturn]] void throw_exception_from_error(
    const Refusal& refusal, const boost::source_location& where
);

// Which wire protocol a request speaks, and so how an error must look to its client.
enum class Style { kRestJson, kJsonRpc, kS3, kQuery, kFunctionUrl, kHttpApi };

AwsError to_aws(const Refusal& refusal, Style style);
http::Response render(
    const AwsError& error, Style style, std::string_view resource, std::string_view request_id
);

}  // namespace lambent::api
