#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lambent::scheduler {

// A message attribute of any type that SQS and SNS have: "String", "Number.price", "Binary"…
struct TypedAttribute {
    std::string type;
    std::string value;  // text, or the bytes of a Binary
    friend bool operator==(const TypedAttribute&, const TypedAttribute&) = default;
};

// What one resource sends to another: a schedule, rule, topic, bucket, mapping or finished
// asynchronous invocation to a function, queue, topic, event bus or bucket.
struct TargetMessage {
    std::string id;          // unique, best a UUID: sending the same one again is a no-op
    std::string target_arn;  // arn:aws:lambda|sqs|sns|events|s3:…
    std::string source_arn;  // of the rule, schedule, topic, bucket, queue or function that sends
    std::string body;        // the event, the message, the event's detail
    // Message attributes of type String, and of type Number, where the target has such (SQS, SNS).
    std::map<std::string, std::string> attributes;
    std::map<std::string, std::string> number_attributes;
    std::map<std::string, TypedAttribute> other_attributes;  // of all other types
    std::string group_id;          // of FIFO queues and topics; empty otherwise
    std::string deduplication_id;  // the same
    // Of events on a bus; empty for other targets.
    std::string detail_type;
    std::string source;
    std::vector<std::string> resources;
    // X-Amzn-Trace-Id of what led here, empty if unknown. Its Lineage, which every target hands on
    // (SQS as AWSTraceHeader), is how Lambda finds and stops loops.
    std::string trace_header;
};

// The way to every resource that can be a target, found by ARN. Implemented by app/daemon.
class Targets {
  public:
    virtual ~Targets() = default;
    // Returns when the target has accepted it durably. Errors: kNotFound (no such resource),
    // kThrottled and kUnavailable (later, perhaps), kInvalidArgument, kUnauthorised (never).
    virtual Task<Result<void>> send(TargetMessage message) = 0;
};

// How long delivery is tried, and where a message goes that could not be delivered.
struct DeliveryRules {
    std::uint32_t attempts_max = 185;      // retries after the first attempt; EventBridge's default
    std::int64_t age_ms_max = 86'400'000;  // EventBridge's default: 24 hours
    std::string dead_letter_arn;           // a queue; empty: what fails for good is dropped
    // What the dead letter has besides ERROR_CODE, ERROR_MESSAGE, RETRY_ATTEMPTS, TARGET_ARN and
    // EXHAUSTED_RETRY_CONDITION: RULE_ARN of a rule.
    std::map<std::string, std::string> dead_letter_attributes;
    std::string dead_letter_body;  // empty: the message's
};

// What is on its way to targets, on disk: written together with the change that causes it, so that
// an acknowledged change has its messages and a lost one has none. Delivered at least once.
class Outbox {
  public:
    virtual ~Outbox() = default;
    virtual Task<Result<void>> add(std::vector<TargetMessage> messages, DeliveryRules rules) = 0;
    // Adds it to the caller's transaction; call `wake` after the commit.
    virtual Result<void> add_in(
        sql::Session& session, const TargetMessage& message, const DeliveryRules& rules
    ) = 0;
    virtual void wake() = 0;
};

}  // namespace lambent::scheduler
