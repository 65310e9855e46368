#pragma once

#include "base/result.h"
#include "triggers/topics/topic.h"

#include <string>
#include <string_view>

namespace lambent::triggers {

// What SNS allows of topics and messages. Errors are kInvalidArgument with SNS's sentence; subject
// "value" where SNS says ParameterValueInvalid, else "parameter". Pure.

// "arn:aws:sns:<region>:<account>:<name>"
std::string topic_arn(const std::string& region, std::string_view name);

// A name, with the attributes it is created with: FifoTopic must say what the name does.
Result<void> check_new_topic(const std::string& name, const TopicTexts& attributes);
// One that may be set at any time.
Result<void> check_topic_attribute(
    TopicKind kind, const std::string& name, const std::string& value
);

Result<void> check_topic_message(const Topic& topic, const TopicMessage& message);
// As SNS counts: the body, and each attribute's name, type and value.
std::size_t bytes_of(const TopicMessage& message);

// By which a message of a FIFO topic is known again.
std::string deduplication_id_of(const TopicMessage& message);
// Twenty digits, increasing with `number`.
std::string topic_sequence_number(std::int64_t number);

}  // namespace lambent::triggers
