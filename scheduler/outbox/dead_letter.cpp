#include "scheduler/outbox/dead_letter.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace lambent::scheduler {
namespace {

constexpr std::size_t kAttributesMax = 10;  // of a message of SQS

bool is_fifo(const std::string& arn) {
    return arn.ends_with(".fifo");
}

}  // namespace

DeadLetter dead_letter_of(
    const TargetMessage& message,
    const DeliveryRules& rules,
    const Error& error,
    DeliveryVerdict verdict,
    std::uint32_t attempts
) {
    DeadLetter letter;
    TargetMessage& dead = letter.message;
    dead.id = message.id + "-dead";
    dead.target_arn = rules.dead_letter_arn;
    dead.source_arn = message.source_arn;
    dead.body = rules.dead_letter_body.empty() ? message.body : rules.dead_letter_body;
    dead.trace_header = message.trace_header;
    dead.attributes = rules.dead_letter_attributes;
    // The message's own attributes come first: a letter with more than its queue takes is lost.
    const auto add = [&dead](const char* name, std::string_view value) {
        if (dead.attributes.size() < kAttributesMax) {
            dead.attributes[name] = value;
        }
    };
    add("ERROR_CODE", dead_letter_error_code(error.code()));
    add("ERROR_MESSAGE", error.message());
    add("TARGET_ARN", message.target_arn);
    if (verdict != DeliveryVerdict::kRefused) {
        add("RETRY_ATTEMPTS", std::to_string(attempts - 1));
        add("EXHAUSTED_RETRY_CONDITION", exhausted_condition(verdict));
    }
    if (is_fifo(dead.target_arn)) {
        dead.group_id = message.group_id.empty() ? message.source_arn : message.group_id;
        dead.deduplication_id = dead.id;
    }
    return letter;
}

}  // namespace lambent::scheduler
