#pragma once

#include "base/result.h"
#include "triggers/queue/queue.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lambent::triggers {

// "….fifo" is a FIFO queue's name, and only that.
QueueKind kind_of(std::string_view queue_name);

// kInvalidArgument "QueueName": up to 80 letters, digits, '-' and '_'.
Result<void> check_queue_name(const std::string& name);

// kInvalidArgument; the subject is the attribute that SQS names. What concerns other queues, the
// service checks.
Result<void> check_settings(QueueKind kind, const QueueSettings& settings);

// kInvalidArgument with the parameter as subject ("contents" for characters that SQS refuses),
// kTooLarge "message".
Result<void> check_message(
    QueueKind kind, const QueueSettings& settings, const NewMessage& message
);

// As SQS writes the number of a FIFO queue's message: twenty digits.
std::string sequence_number_of(std::int64_t message_number);

// "The request failed because …" as SQS words it: Value … for parameter … is invalid. Reason: ….
Error invalid_value(const std::string& value, const std::string& parameter, std::string_view why);

}  // namespace lambent::triggers
