#include "api/sqs/sqs_errors.h"

#include "api/sqs/query_codec.h"
#include "api/wire/json.h"
#include "api/wire/xml.h"

#include <nlohmann/json.hpp>

#include <array>

namespace lambent::api::sqs {
namespace {

// Shapes of the model, and what Query calls them.
struct Shape {
    std::string_view name;
    std::string_view query;
};
constexpr std::array kShapes{
    Shape{"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"},
    Shape{"QueueNameExists", "QueueAlreadyExists"},
    Shape{"QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"},
    Shape{"PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress"},
    Shape{"MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"},
    Shape{"BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"},
    Shape{"BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong"},
    Shape{"EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"},
    Shape{"InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId"},
    Shape{"TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"},
    Shape{"UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"},
    Shape{"ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"},
    Shape{"InvalidAttributeName", "InvalidAttributeName"},
    Shape{"InvalidAttributeValue", "InvalidAttributeValue"},
    Shape{"InvalidMessageContents", "InvalidMessageContents"},
    Shape{"InvalidAddress", "InvalidAddress"},
    Shape{"OverLimit", "OverLimit"},
    Shape{"RequestThrottled", "RequestThrottled"},
    Shape{"ResourceNotFoundException", "ResourceNotFoundException"},
};

const Shape* find_shape(std::string_view name) {
    for (const Shape& shape : kShapes) {
        if (shape.name == name) {
            return &shape;
        }
    }
    return nullptr;
}

std::string type_of(const AwsError& error) {
    if (find_shape(error.name()) != nullptr) {
        return "com.amazonaws.sqs#" + error.name();
    }
    const bool ends = error.name().ends_with("Exception");
    return "com.amazon.coral.service#" + error.name() + (ends ? "" : "Exception");
}

AwsError from_conflict(const Error& error) {
    const std::string& subject = error.subject();
    if (subject == "queue_exists") {
        return {400, "QueueNameExists", error.message()};
    }
    if (subject == "deleted_recently") {
        return {400, "QueueDeletedRecently", error.message()};
    }
    if (subject == "purge_in_progress") {
        return {403, "PurgeQueueInProgress", error.message()};
    }
    if (subject == "not_in_flight") {
        return {400, "MessageNotInflight", error.message()};
    }
    if (subject == "over_limit") {
        return {403, "OverLimit", error.message()};
    }
    return {400, "UnsupportedOperation", error.message()};
}

AwsError from_invalid(const Error& error) {
    const std::string& subject = error.subject();
    if (subject == "attribute_name") {
        return {400, "InvalidAttributeName", error.message()};
    }
    if (subject == "contents") {
        return {400, "InvalidMessageContents", error.message()};
    }
    if (subject == "receipt_handle") {
        return {400, "ReceiptHandleIsInvalid", error.message()};
    }
    if (subject == "MissingParameter") {
        return {400, "MissingParameter", error.message()};
    }
    return invalid_parameter(error.message());
}

}  // namespace

AwsError missing_parameter(std::string_view name) {
    return {
        400,
        "MissingParameter",
        "The request must contain the parameter " + std::string(name) + "."};
}

AwsError invalid_parameter(std::string message) {
    return {400, "InvalidParameterValue", std::move(message)};
}

AwsError from_error(const Error& error) {
    switch (error.code()) {
        case Code::kInvalidArgument:
            return from_invalid(error);
        case Code::kNotFound:
            if (error.subject() == "resource") {
                return {400, "ResourceNotFoundException", error.message()};
            }
            return {400, "QueueDoesNotExist", "The specified queue does not exist."};
        case Code::kConflict:
            return from_conflict(error);
        case Code::kTooLarge:
            if (error.subject() == "batch") {
                return {400, "BatchRequestTooLong", error.message()};
            }
            return invalid_parameter(error.message());
        case Code::kThrottled:
            return {403, "RequestThrottled", "Rate exceeded."};
        case Code::kUnauthorised:
            return {403, "AccessDenied", error.message()};
        case Code::kUnavailable:
        case Code::kDeadline:
            return {503, "ServiceUnavailable", error.message()};
        case Code::kCorrupted:
        case Code::kInternal:
            break;
    }
    return {500, "InternalFailure", error.message()};
}

std::string query_code(const AwsError& error) {
    const Shape* const shape = find_shape(error.name());
    return shape == nullptr ? error.name() : std::string(shape->query);
}

http::Response render_error(const AwsError& error, Protocol protocol, std::string_view request_id) {
    http::Response response;
    response.status = error.status();
    const char* const fault = error.is_callers_fault() ? "Sender" : "Receiver";
    if (protocol == Protocol::kJson) {
        response.headers.add("Content-Type", "application/x-amz-json-1.0");
        response.headers.add("x-amzn-query-error", query_code(error) + ";" + fault);
        response.body =
            dump_json(nlohmann::json{{"__type", type_of(error)}, {"message", error.message()}});
        return response;
    }
    XmlWriter xml;
    xml.open("ErrorResponse", kQueryNamespace);
    xml.open("Error");
    xml.leaf("Type", fault);
    xml.leaf("Code", query_code(error));
    xml.leaf("Message", error.message());
    xml.leaf("Detail", "");
    xml.close();
    xml.leaf("RequestId", request_id);
    xml.close();
    response.headers.add("Content-Type", "text/xml");
    response.body = xml.take();
    return response;
}

}  // namespace lambent::api::sqs
