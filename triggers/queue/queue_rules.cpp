#include "triggers/queue/queue_rules.h"

#include "triggers/queue/message_content.h"

#include <algorithm>
#include <cstdint>

namespace lambent::triggers {
namespace {

constexpr std::string_view kFifoSuffix = ".fifo";
constexpr std::size_t kQueueNameMax = 80;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_';
}

std::string clause_of(std::string_view parameter, std::uint64_t min, std::uint64_t max) {
    return std::string(parameter) + " must be an integer between " + std::to_string(min) + " and " +
           std::to_string(max) + ".";
}

Result<void> check_range(
    const char* attribute, std::uint64_t value, std::uint64_t min, std::uint64_t max
) {
    if (value >= min && value <= max) {
        return {};
    }
    return Error(
        Code::kInvalidArgument,
        attribute,
        "Invalid value for the parameter " + clause_of(attribute, min, max)
    );
}

Error unknown_attribute(const char* attribute) {
    return Error(
        Code::kInvalidArgument,
        "attribute_name",
        "Unknown Attribute " + std::string(attribute) + "."
    );
}

}  // namespace

QueueKind kind_of(std::string_view queue_name) {
    return queue_name.ends_with(kFifoSuffix) ? QueueKind::kFifo : QueueKind::kStandard;
}

Result<void> check_queue_name(const std::string& name) {
    std::string_view stem = name;
    if (kind_of(name) == QueueKind::kFifo) {
        stem.remove_suffix(kFifoSuffix.size());
    }
    if (stem.empty() || name.size() > kQueueNameMax ||
        !std::all_of(stem.begin(), stem.end(), is_name_character)) {
        return Error(
            Code::kInvalidArgument,
            "QueueName",
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        );
    }
    return {};
}

Result<void> check_settings(QueueKind kind, const QueueSettings& settings) {
    LAMBENT_TRY(check_range("VisibilityTimeout", settings.visibility_s, 0, kVisibilityMaxSeconds));
    LAMBENT_TRY(check_range("DelaySeconds", settings.delay_s, 0, kDelayMaxSeconds));
    LAMBENT_TRY(check_range("MessageRetentionPeriod", settings.retention_s, 60, 1'209'600));
    LAMBENT_TRY(check_range("MaximumMessageSize", settings.bytes_max, 1'024, kMessageBytesMax));
    LAMBENT_TRY(check_range("ReceiveMessageWaitTimeSeconds", settings.wait_s, 0, kWaitMaxSeconds));
    LAMBENT_TRY(check_range("KmsDataKeyReusePeriodSeconds", settings.kms_reuse_s, 60, 86'400));
    if (settings.redrive) {
        LAMBENT_TRY(check_range("maxReceiveCount", settings.redrive->receives_max, 1, 1'000));
    }
    const bool by_group = settings.throughput_limit == ThroughputLimit::kPerMessageGroup;
    if (kind == QueueKind::kFifo) {
        if (by_group && settings.deduplication_scope != DeduplicationScope::kMessageGroup) {
            return Error(
                Code::kInvalidArgument,
                "FifoThroughputLimit",
                "The perMessageGroupId value is allowed only when the value for "
                "DeduplicationScope is messageGroup."
            );
        }
        return {};
    }
    if (settings.content_based_deduplication) {
        return unknown_attribute("ContentBasedDeduplication");
    }
    if (settings.deduplication_scope != DeduplicationScope::kQueue) {
        return unknown_attribute("DeduplicationScope");
    }
    return by_group ? Result<void>(unknown_attribute("FifoThroughputLimit")) : Result<void>();
}

std::string sequence_number_of(std::int64_t message_number) {
    constexpr std::size_t kDigits = 19;  // of the largest number
    const std::string digits = std::to_string(message_number);
    return "1" + std::string(kDigits - digits.size(), '0') + digits;
}

Error invalid_value(const std::string& value, const std::string& parameter, std::string_view why) {
    std::string message = "Value " + value + " for parameter " + parameter + " is invalid.";
    message.append(" Reason: ").append(why);
    return Error(Code::kInvalidArgument, parameter, std::move(message));
}

}  // namespace lambent::triggers
