#include "api/sns/operations.h"
#include "api/sns/sns_errors.h"
#include "api/sns/sns_fields.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace lambent::api::sns {
namespace {

using triggers::PublishedMessage;
using triggers::TopicMessage;

constexpr std::size_t kEntryIdMax = 80;

bool is_batch_id(const std::string& id) {
    return !id.empty() && id.size() <= kEntryIdMax && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

// What became of one entry of a batch.
struct Entry {
    std::string id;
    Answer<PublishedMessage> outcome = AwsError();
};

// The entries of a batch, each with an id of its own.
Answer<std::vector<const QueryNode*>> read_entries(const QueryNode& asked) {
    std::vector<const QueryNode*> entries;
    const QueryNode* const list = asked.child("PublishBatchRequestEntries");
    const QueryNode* const members = list == nullptr ? nullptr : list->child("member");
    if (members == nullptr || members->children.empty()) {
        return AwsError(400, "EmptyBatchRequest", "The batch request doesn't contain any entries.");
    }
    if (members->children.size() > triggers::kTopicBatchMax) {
        return AwsError(
            400,
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible."
        );
    }
    std::set<std::string> seen;
    for (const auto& [number, entry] : members->children) {
        if (!is_batch_id(entry.text("Id"))) {
            return AwsError(
                400,
                "InvalidBatchEntryId",
                "The Id of a batch entry in a batch request doesn't abide by the specification."
            );
        }
        if (!seen.insert(entry.text("Id")).second) {
            return AwsError(
                400,
                "BatchEntryIdsNotDistinct",
                "Two or more batch entries in the request have the same Id."
            );
        }
        entries.push_back(&entry);
    }
    return entries;
}

void write_published(XmlWriter& xml, const PublishedMessage& published) {
    xml.leaf("MessageId", published.id);
    if (!published.sequence_number.empty()) {
        xml.leaf("SequenceNumber", published.sequence_number);
    }
}

void write_entries(XmlWriter& xml, const std::vector<Entry>& entries) {
    xml.open("Successful");
    for (const Entry& entry : entries) {
        if (entry.outcome.has_value()) {
            xml.open("member");
            xml.leaf("Id", entry.id);
            write_published(xml, *entry.outcome);
            xml.close();
        }
    }
    xml.close();
    xml.open("Failed");
    for (const Entry& entry : entries) {
        if (entry.outcome.has_error()) {
            const AwsError& error = entry.outcome.error();
            xml.open("member");
            xml.leaf("Id", entry.id);
            xml.leaf("Code", error.name());
            xml.leaf("Message", error.message());
            xml.leaf("SenderFault", error.is_callers_fault() ? "true" : "false");
            xml.close();
        }
    }
    xml.close();
}

// TopicArn, or as SNS also has it TargetArn.
Answer<std::string> read_destination(const QueryNode& asked) {
    if (asked.child("PhoneNumber") != nullptr) {
        return invalid_parameter("PhoneNumber Reason: lambent sends no text messages");
    }
    const char* const name = asked.child("TopicArn") == nullptr ? "TargetArn" : "TopicArn";
    if (asked.child(name) == nullptr) {
        return invalid_parameter("TopicArn or TargetArn Reason: no value for required parameter");
    }
    return read_arn(asked, name);
}

}  // namespace

Served publish(Call call) {
    LAMBENT_CO_TRY(std::string topic, read_destination(call.asked));
    LAMBENT_CO_TRY(TopicMessage message, read_topic_message(call.asked));
    message.trace_header = call.trace_header;
    const auto published = co_await call.topics.publish(std::move(topic), std::move(message));
    if (published.has_error()) {
        co_return from_error(published.error());
    }
    co_return WriteResult([one = *published](XmlWriter& xml) { write_published(xml, one); });
}

Served publish_batch(Call call) {
    LAMBENT_CO_TRY(std::string topic, read_arn(call.asked, "TopicArn"));
    LAMBENT_CO_TRY(const auto asked, read_entries(call.asked));
    std::vector<Entry> entries;
    std::vector<std::size_t> sent;
    std::vector<TopicMessage> messages;
    for (const QueryNode* const one : asked) {
        Entry& entry = entries.emplace_back();
        entry.id = one->text("Id");
        Answer<TopicMessage> message = read_topic_message(*one);
        if (message.has_error()) {
            entry.outcome = message.error();
            continue;
        }
        message->trace_header = call.trace_header;
        sent.push_back(entries.size() - 1);
        messages.push_back(*std::move(message));
    }
    const auto published =
        co_await call.topics.publish_batch(std::move(topic), std::move(messages));
    if (published.has_error()) {
        co_return from_error(published.error());
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
        const Result<PublishedMessage>& one = (*published)[i];
        Entry& entry = entries[sent[i]];
        if (one.has_error()) {
            entry.outcome = from_error(one.error());
        } else {
            entry.outcome = *one;
        }
    }
    co_return WriteResult([entries = std::move(entries)](XmlWriter& xml) {
        write_entries(xml, entries);
    });
}

}  // namespace lambent::api::sns
