#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object.h"

#include <functional>
#include <string>
#include <vector>

namespace lambent::api::s3 {

// Which functions exist: what a destination of notifications is checked against.
class FunctionLookup {
  public:
    virtual ~FunctionLookup() = default;
    virtual bool exists(const std::string& name) const = 0;
};

// NotificationConfiguration <-> rules. Functions are named by ARN (or, as only we allow, by name),
// queues and topics by ARN.
Answer<std::vector<triggers::NotificationRule>> parse_notifications(
    const std::string& text, const FunctionLookup& functions, const S3Config& config
);
std::string notification_document(
    const std::vector<triggers::NotificationRule>& rules, const S3Config& config
);

// A destination that does not take what is sent to it.
AwsError no_destination(const triggers::NotificationRule& rule);

}  // namespace lambent::api::s3
