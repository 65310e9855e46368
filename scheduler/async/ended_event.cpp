#include "scheduler/async/ended_event.h"

#include "base/ids.h"
#include "base/json_depth.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::scheduler {
namespace {

using nlohmann::json;

constexpr std::size_t kErrorMessageMax = 1'024;  // of a dead letter

std::string json_text(std::string_view text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

// Payloads stand in the record as they are, so that numbers and order stay what they were; those
// with which the record would be nested too deep for who reads it stand there as a text.
std::string as_json(const std::string& payload) {
    if (payload.empty()) {
        return "null";
    }
    return is_shallow_json(payload, kJsonNestingMax - 1) ? payload : json_text(payload);
}

std::string response_context(const EndedEvent::Response& response) {
    std::string text = "{\"statusCode\":" + std::to_string(response.status);
    if (!response.executed_version.empty()) {
        text += ",\"executedVersion\":" + json_text(response.executed_version);
    }
    if (!response.function_error.empty()) {
        text += ",\"functionError\":" + json_text(response.function_error);
    }
    return text + "}";
}

std::string error_message(const EndedEvent& ended) {
    std::string message = ended.response.message;
    if (message.empty() && ended.response.payload) {
        const json document = json::parse(*ended.response.payload, nullptr, false);
        if (document.is_object() && document.contains("errorMessage") &&
            document["errorMessage"].is_string()) {
            message = document["errorMessage"].get<std::string>();
        }
    }
    if (message.size() > kErrorMessageMax) {
        std::size_t end = kErrorMessageMax;
        while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        message.resize(end);
    }
    return message;
}

std::string service_in(std::string_view arn) {
    const auto begin = arn.find(':', arn.find(':') + 1) + 1;
    return std::string(arn.substr(begin, arn.find(':', begin) - begin));
}

// "resize" of "arn:aws:lambda:us-east-1:000000000000:function:resize:live".
std::string function_name(const std::string& arn) {
    constexpr std::string_view kFunction = ":function:";
    const auto begin = arn.find(kFunction) + kFunction.size();
    return arn.substr(begin, arn.find(':', begin) - begin);
}

// "aws/lambda/async/resize/2026/11/30/2026-11-30T12.00.00-<uuid>", as Lambda names objects.
std::string object_key(const EndedEvent& ended, const std::string& id) {
    std::string second = iso8601_ms(from_unix_ms(ended.ended_ms)).substr(0, 19);
    std::string day = second.substr(0, 10);
    std::replace(day.begin(), day.end(), '-', '/');
    std::replace(second.begin(), second.end(), ':', '.');
    return "aws/lambda/async/" + function_name(ended.function_arn) + "/" + day + "/" + second +
           "-" + id;
}

TargetMessage message_of(const EndedEvent& ended, const std::string& arn) {
    TargetMessage message;
    message.id = random_uuid();
    message.target_arn = arn;
    message.source_arn = ended.function_arn;
    message.trace_header = ended.trace_header;
    return message;
}

}  // namespace

std::string_view to_string(AsyncEnd end) {
    switch (end) {
        case AsyncEnd::kSuccess:
            return "Success";
        case AsyncEnd::kRetriesExhausted:
            return "RetriesExhausted";
        case AsyncEnd::kEventAgeExceeded:
            return "EventAgeExceeded";
        case AsyncEnd::kZeroReservedConcurrency:
            return "ZeroReservedConcurrency";
        case AsyncEnd::kRecursiveInvocation:
            return "RecursiveInvocation";
    }
    return "";
}

std::string invocation_record(const EndedEvent& ended) {
    // Lambda says 1 of a success, however many attempts came before it.
    const int count = ended.end == AsyncEnd::kSuccess ? 1 : ended.invocations;
    std::string record = R"({"version":"1.0","timestamp":)";
    record += json_text(iso8601_ms(from_unix_ms(ended.ended_ms)));
    record += R"(,"requestContext":{"requestId":)" + json_text(ended.request_id);
    record += R"(,"functionArn":)" + json_text(ended.function_arn);
    record += R"(,"condition":)" + json_text(to_string(ended.end));
    record += R"(,"approximateInvokeCount":)" + std::to_string(count);
    record += R"(},"requestPayload":)" + as_json(ended.payload);
    if (ended.response.status != 0) {
        record += R"(,"responseContext":)" + response_context(ended.response);
        if (ended.response.payload) {
            record += R"(,"responsePayload":)" + as_json(*ended.response.payload);
        }
    }
    return record + "}";
}

TargetMessage destination_message(const EndedEvent& ended, const std::string& arn) {
    TargetMessage message = message_of(ended, arn);
    message.body = invocation_record(ended);
    const std::string service = service_in(arn);
    if (service == "events") {
        const std::string_view result = ended.end == AsyncEnd::kSuccess ? "Success" : "Failure";
        message.source = "lambda";
        message.detail_type = "Lambda Function Invocation Result - ";
        message.detail_type += result;
        message.resources = {arn, ended.function_arn};
    } else if (service == "s3") {
        message.target_arn = arn + "/" + object_key(ended, message.id);
    }
    return message;
}

TargetMessage dead_letter_message(const EndedEvent& ended, const std::string& arn) {
    TargetMessage message = message_of(ended, arn);
    message.body = ended.payload;
    message.attributes["RequestID"] = ended.request_id;
    message.attributes["ErrorMessage"] = error_message(ended);
    if (ended.response.status != 0) {
        message.number_attributes["ErrorCode"] = std::to_string(ended.response.status);
    }
    return message;
}

}  // namespace lambent::scheduler
