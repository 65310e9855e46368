#include "api/lambda/sqs_event_writer.h"

#include "api/wire/json.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {
namespace {

using Document = nlohmann::ordered_json;

void add_if_any(Document& attributes, const char* name, const std::string& value) {
    if (!value.empty()) {
        attributes[name] = value;
    }
}

Document system_attributes(const triggers::ReceivedMessage& message) {
    Document attributes;
    attributes["ApproximateReceiveCount"] = std::to_string(message.receive_count);
    add_if_any(attributes, "AWSTraceHeader", message.trace_header);
    attributes["SentTimestamp"] = std::to_string(message.sent_ms);
    add_if_any(attributes, "SequenceNumber", message.sequence_number);
    add_if_any(attributes, "MessageGroupId", message.group_id);
    attributes["SenderId"] = message.sender_id;
    add_if_any(attributes, "MessageDeduplicationId", message.deduplication_id);
    attributes["ApproximateFirstReceiveTimestamp"] = std::to_string(message.first_received_ms);
    add_if_any(attributes, "DeadLetterQueueSourceArn", message.dead_letter_source_arn);
    return attributes;
}

Document message_attributes(const triggers::MessageAttributes& attributes) {
    Document all = Document::object();
    for (const auto& [name, attribute] : attributes) {
        Document& one = all[name];
        if (attribute.type.starts_with("Binary")) {
            one["binaryValue"] = to_base64(attribute.value);
        } else {
            one["stringValue"] = attribute.value;
        }
        one["stringListValues"] = Document::array();
        one["binaryListValues"] = Document::array();
        one["dataType"] = attribute.type;
    }
    return all;
}

}  // namespace

std::string SqsEventWriter::record(
    const triggers::ReceivedMessage& message, const std::string& source_arn
) const {
    Document record;
    record["messageId"] = message.id;
    record["receiptHandle"] = message.receipt_handle;
    record["body"] = message.body;
    record["attributes"] = system_attributes(message);
    record["messageAttributes"] = message_attributes(message.attributes);
    record["md5OfBody"] = to_hex(digest(HashKind::kMd5, message.body));
    record["eventSource"] = "aws:sqs";
    record["eventSourceARN"] = source_arn;
    record["awsRegion"] = region_;
    return dump_json(record);
}

std::string SqsEventWriter::event(const triggers::Batch& batch) const {
    std::string event = R"({"Records":[)";
    for (const triggers::BatchItem& item : batch.items) {
        event += &item == &batch.items.front() ? "" : ",";
        event += item.record;
    }
    return event + "]}";
}

}  // namespace lambent::api::lambda
