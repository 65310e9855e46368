#include "triggers/queue/message_content.h"
#include "triggers/queue/queue_rules.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

// What SQS takes as a message.
namespace lambent::triggers {
namespace {

constexpr std::size_t kIdMax = 128;  // of groups and of deduplication
constexpr std::size_t kAttributesMax = 10;
constexpr std::size_t kAttributeNameMax = 256;

Error refused(const char* subject, std::string message) {
    return Error(Code::kInvalidArgument, subject, std::move(message));
}

// #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF; bytes from 0x80 on are
// known to be UTF-8 here, but for the two code points that XML does not have.
bool has_allowed_characters(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            return false;
        }
        const std::string_view three = text.substr(i, 3);
        if (c == 0xEF && (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF")) {
            return false;
        }
    }
    return true;
}

// Letters, digits and punctuation: ASCII without blanks.
bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= kIdMax &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

Result<void> check_id(const std::string& id, const char* parameter) {
    if (is_id(id)) {
        return {};
    }
    return invalid_value(
        id,
        parameter,
        std::string(parameter) +
            " can only include alphanumeric and punctuation characters. 1 to "
            "128 in length."
    );
}

bool is_attribute_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    const auto begins = [name](std::string_view with) {
        return std::equal(
            with.begin(),
            with.end(),
            name.begin(),
            name.begin() + static_cast<std::ptrdiff_t>(std::min(name.size(), with.size())),
            [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); }
        );
    };
    return !name.empty() && name.size() <= kAttributeNameMax &&
           std::all_of(name.begin(), name.end(), fits) && !name.starts_with('.') &&
           !name.ends_with('.') && name.find("..") == std::string_view::npos && !begins("aws.") &&
           !begins("amazon.");
}

bool is_type(std::string_view type, std::string_view base) {
    return type == base || (type.starts_with(base) && type[base.size()] == '.');
}

bool is_number(const std::string& text) {
    double ignored = 0;
    const char* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, ignored);
    return !text.empty() && failed == std::errc() && end == last;
}

Result<void> check_attribute(const std::string& name, const MessageAttribute& attribute) {
    if (!is_attribute_name(name)) {
        return refused(
            "MessageAttributes",
            "Message (user) attribute name '" + name +
                "' is invalid: it may have letters, digits, '_', '-' and '.', and no reserved "
                "prefix."
        );
    }
    const std::string& type = attribute.type;
    if (!is_type(type, "String") && !is_type(type, "Number") && !is_type(type, "Binary")) {
        return refused(
            "MessageAttributes",
            "The message attribute '" + name +
                "' has an invalid message attribute type, the set of supported type prefixes is "
                "Binary, Number, and String."
        );
    }
    if (attribute.value.empty()) {
        return refused(
            "MessageAttributes",
            "Message (user) attribute '" + name + "' must contain a non-empty value of type '" +
                type + "'."
        );
    }
    if (is_type(type, "Number") && !is_number(attribute.value)) {
        return refused(
            "MessageAttributes",
            "Could not cast message (user) attribute '" + name + "' value to number."
        );
    }
    if (!is_type(type, "Binary") && !has_allowed_characters(attribute.value)) {
        return refused(
            "contents", "Invalid characters found in the value of attribute '" + name + "'."
        );
    }
    return {};
}

Result<void> check_attributes(const MessageAttributes& attributes) {
    if (attributes.size() > kAttributesMax) {
        return refused(
            "MessageAttributes",
            "Number of message attributes [" + std::to_string(attributes.size()) +
                "] exceeds the allowed maximum [" + std::to_string(kAttributesMax) + "]."
        );
    }
    for (const auto& [name, attribute] : attributes) {
        LAMBENT_TRY(check_attribute(name, attribute));
    }
    return {};
}

Result<void> check_order(QueueKind kind, const QueueSettings& settings, const NewMessage& message) {
    if (!message.group_id.empty()) {
        LAMBENT_TRY(check_id(message.group_id, "MessageGroupId"));
    }
    if (!message.deduplication_id.empty()) {
        LAMBENT_TRY(check_id(message.deduplication_id, "MessageDeduplicationId"));
    }
    if (kind == QueueKind::kStandard) {
        return message.deduplication_id.empty()
                   ? Result<void>()
                   : invalid_value(
                         message.deduplication_id,
                         "MessageDeduplicationId",
                         "The request includes a parameter that is not valid for this queue type."
                     );
    }
    if (message.group_id.empty()) {
        return refused(
            "MissingParameter", "The request must contain the parameter MessageGroupId."
        );
    }
    if (message.deduplication_id.empty() && !settings.content_based_deduplication) {
        return refused(
            "MessageDeduplicationId",
            "The queue should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        );
    }
    if (message.delay_s.value_or(0) > 0) {
        return invalid_value(
            std::to_string(*message.delay_s),
            "DelaySeconds",
            "The request include parameter that is not valid for this queue type."
        );
    }
    return {};
}

}  // namespace

Result<void> check_message(
    QueueKind kind, const QueueSettings& settings, const NewMessage& message
) {
    if (message.body.empty()) {
        return refused("MissingParameter", "The request must contain the parameter MessageBody.");
    }
    if (!has_allowed_characters(message.body)) {
        return refused(
            "contents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to "
            "#xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
        );
    }
    LAMBENT_TRY(check_attributes(message.attributes));
    if (bytes_of(message.body, message.attributes) > settings.bytes_max) {
        return Error(
            Code::kTooLarge,
            "message",
            "One or more parameters are invalid. Reason: Message must be shorter than " +
                std::to_string(settings.bytes_max) + " bytes."
        );
    }
    if (message.delay_s && *message.delay_s > kDelayMaxSeconds) {
        return invalid_value(
            std::to_string(*message.delay_s),
            "DelaySeconds",
            "DelaySeconds must be >= 0 and <= 900."
        );
    }
    return check_order(kind, settings, message);
}

}  // namespace lambent::triggers
