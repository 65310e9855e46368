#include "api/sqs/message_fields.h"
#include "api/sqs/operations.h"
#include "api/sqs/queue_url.h"
#include "api/sqs/sqs_errors.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

namespace lambent::api::sqs {
namespace {

using nlohmann::json;

AwsError out_of_range(std::int64_t value, const char* parameter, const char* reason) {
    return invalid_parameter(
        "Value " + std::to_string(value) + " for parameter " + parameter +
        " is invalid. Reason: " + reason
    );
}

// "AttributeNames" is what it was called before "MessageSystemAttributeNames".
Wanted read_wanted(JsonFields& fields) {
    Wanted wanted;
    wanted.attributes = fields.texts("MessageAttributeNames").value_or(std::vector<std::string>());
    for (const char* member : {"AttributeNames", "MessageSystemAttributeNames"}) {
        for (std::string& name : fields.texts(member).value_or(std::vector<std::string>())) {
            wanted.system_attributes.push_back(std::move(name));
        }
    }
    return wanted;
}

Answer<triggers::ReceiveOptions> read_options(JsonFields& fields, const std::string& fault) {
    triggers::ReceiveOptions options;
    const auto count = fields.number("MaxNumberOfMessages");
    const auto wait = fields.number("WaitTimeSeconds");
    const auto visibility = fields.number("VisibilityTimeout");
    options.attempt_id = fields.text("ReceiveRequestAttemptId").value_or("");
    if (!fault.empty()) {
        return AwsError(400, "SerializationException", fault);
    }
    if (count && (*count < 1 || *count > static_cast<std::int64_t>(triggers::kBatchMax))) {
        return out_of_range(
            *count, "MaxNumberOfMessages", "Must be between 1 and 10, if provided."
        );
    }
    if (wait && (*wait < 0 || *wait > triggers::kWaitMaxSeconds)) {
        return out_of_range(*wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.");
    }
    if (visibility && (*visibility < 0 || *visibility > triggers::kVisibilityMaxSeconds)) {
        return out_of_range(
            *visibility, "VisibilityTimeout", "Must be between 0 and 43200, if provided."
        );
    }
    options.count_max = static_cast<std::size_t>(count.value_or(1));
    if (wait) {
        options.wait_s = static_cast<std::uint32_t>(*wait);
    }
    if (visibility) {
        options.visibility_s = static_cast<std::uint32_t>(*visibility);
    }
    return options;
}

}  // namespace

Served send_message(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(std::string queue, read_queue(fields));
    LAMBENT_CO_TRY(triggers::NewMessage message, read_message(call.body));
    json answer = json::object();
    add_digests(answer, message);
    trace(message, call.trace_header);
    const auto sent = co_await call.queues.send(std::move(queue), std::move(message));
    if (sent.has_error()) {
        co_return from_error(sent.error());
    }
    answer["MessageId"] = sent->id;
    if (!sent->sequence_number.empty()) {
        answer["SequenceNumber"] = sent->sequence_number;
    }
    co_return answer;
}

Served receive_message(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(std::string queue, read_queue(fields));
    const Wanted wanted = read_wanted(fields);
    LAMBENT_CO_TRY(triggers::ReceiveOptions options, read_options(fields, fault));
    const auto received = co_await call.queues.receive(std::move(queue), std::move(options));
    if (received.has_error()) {
        co_return from_error(received.error());
    }
    json answer = json::object();
    for (const triggers::ReceivedMessage& message : *received) {
        answer["Messages"].push_back(message_json(message, wanted));
    }
    co_return answer;
}

Served delete_message(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(std::string queue, read_queue(fields));
    auto handle = fields.text("ReceiptHandle");
    if (!handle) {
        co_return missing_parameter("ReceiptHandle");
    }
    const auto removed = co_await call.queues.remove_message(std::move(queue), std::move(*handle));
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return json();
}

Served change_message_visibility(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(std::string queue, read_queue(fields));
    auto handle = fields.text("ReceiptHandle");
    const auto seconds = fields.number("VisibilityTimeout");
    if (!fault.empty()) {
        co_return AwsError(400, "SerializationException", fault);
    }
    if (!handle || !seconds) {
        co_return missing_parameter(handle ? "VisibilityTimeout" : "ReceiptHandle");
    }
    if (*seconds < 0 || *seconds > triggers::kVisibilityMaxSeconds) {
        co_return out_of_range(
            *seconds,
            "VisibilityTimeout",
            "VisibilityTimeout must be an integer between 0 and 43200"
        );
    }
    triggers::QueueService::VisibilityChange change;
    change.receipt_handle = std::move(*handle);
    change.visibility_s = static_cast<std::uint32_t>(*seconds);
    const auto changed =
        co_await call.queues.change_visibility(std::move(queue), std::move(change));
    if (changed.has_error()) {
        co_return from_error(changed.error());
    }
    co_return json();
}

}  // namespace lambent::api::sqs
