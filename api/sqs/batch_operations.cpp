#include "api/sqs/message_fields.h"
#include "api/sqs/operations.h"
#include "api/sqs/queue_url.h"
#include "api/sqs/sqs_errors.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

// Batches: what is wrong with one entry is said of that entry.
namespace lambent::api::sqs {
namespace {

using nlohmann::json;
using triggers::QueueService;

constexpr std::size_t kEntryIdMax = 80;

bool is_entry_id(const std::string& id) {
    return !id.empty() && id.size() <= kEntryIdMax && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

// The ids of the entries, in order.
Answer<std::vector<std::string>> read_ids(const json& body, const char* entry_name) {
    const auto entries = body.find("Entries");
    if (entries == body.end() || !entries->is_array() || entries->empty()) {
        return AwsError(
            400,
            "EmptyBatchRequest",
            std::string("There should be at least one ") + entry_name + " in the request."
        );
    }
    if (entries->size() > triggers::kBatchMax) {
        return AwsError(
            400,
            "TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent " +
                std::to_string(entries->size()) + "."
        );
    }
    std::vector<std::string> ids;
    std::set<std::string> seen;
    for (const json& entry : *entries) {
        std::string fault;
        const std::string id = JsonFields(entry, fault).text("Id").value_or("");
        if (!is_entry_id(id)) {
            return AwsError(
                400,
                "InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and "
                "underscores. It can be at most 80 letters long."
            );
        }
        if (!seen.insert(id).second) {
            return AwsError(400, "BatchEntryIdsNotDistinct", "Id " + id + " repeated.");
        }
        ids.push_back(id);
    }
    return ids;
}

json failure_json(const std::string& id, const AwsError& error) {
    return {
        {"Id", id},
        {"SenderFault", error.is_callers_fault()},
        {"Code", query_code(error)},
        {"Message", error.message()}};
}

// Gathers what became of the entries. Those that are fit go to the room together.
class Batch {
  public:
    explicit Batch(std::vector<std::string> ids) : ids_(std::move(ids)) {}

    const std::vector<std::string>& ids() const { return ids_; }
    void good(std::size_t entry, json details = json::object()) {
        details["Id"] = ids_[entry];
        successful_.push_back(std::move(details));
    }
    void bad(std::size_t entry, const AwsError& error) {
        failed_.push_back(failure_json(ids_[entry], error));
    }
    json answer() const {
        json all = json::object();
        if (!successful_.empty()) {
            all["Successful"] = successful_;
        }
        if (!failed_.empty()) {
            all["Failed"] = failed_;
        }
        return all;
    }

  private:
    std::vector<std::string> ids_;
    json successful_ = json::array();
    json failed_ = json::array();
};

void add_results(
    Batch& batch, const std::vector<std::size_t>& entries, const std::vector<Result<void>>& results
) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (results[i].has_error()) {
            batch.bad(entries[i], from_error(results[i].error()));
        } else {
            batch.good(entries[i]);
        }
    }
}

Answer<QueueService::VisibilityChange> read_change(const json& entry) {
    std::string fault;
    JsonFields fields(entry, fault);
    QueueService::VisibilityChange change;
    const auto handle = fields.text("ReceiptHandle");
    const auto seconds = fields.number("VisibilityTimeout");
    if (!fault.empty()) {
        return AwsError(400, "SerializationException", fault);
    }
    if (!handle) {
        return missing_parameter("ReceiptHandle");
    }
    change.receipt_handle = *handle;
    if (!seconds || *seconds < 0 || *seconds > triggers::kVisibilityMaxSeconds) {
        return invalid_parameter(
            "Value for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be "
            "an integer between 0 and 43200"
        );
    }
    change.visibility_s = static_cast<std::uint32_t>(*seconds);
    return change;
}

}  // namespace

Served send_message_batch(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(std::string queue, read_queue(fields));
    LAMBENT_CO_TRY(auto ids, read_ids(call.body, "SendMessageBatchRequestEntry"));
    Batch batch(std::move(ids));
    std::vector<std::size_t> entries;
    std::vector<triggers::NewMessage> messages;
    std::vector<json> answers;
    for (std::size_t i = 0; i < batch.ids().size(); ++i) {
        Answer<triggers::NewMessage> message = read_message(call.body["Entries"][i]);
        if (message.has_error()) {
            batch.bad(i, message.error());
            continue;
        }
        entries.push_back(i);
        add_digests(answers.emplace_back(json::object()), *message);
        trace(*message, call.trace_header);
        messages.push_back(std::move(*message));
    }
    const auto sent = co_await call.queues.send_batch(std::move(queue), std::move(messages));
    if (sent.has_error()) {
        co_return from_error(sent.error());
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Result<triggers::SentMessage>& one = (*sent)[i];
        if (one.has_error()) {
            batch.bad(entries[i], from_error(one.error()));
            continue;
        }
        answers[i]["MessageId"] = one->id;
        if (!one->sequence_number.empty()) {
            answers[i]["SequenceNumber"] = one->sequence_number;
        }
        batch.good(entries[i], std::move(answers[i]));
    }
    co_return batch.answer();
}

Served delete_message_batch(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(std::string queue, read_queue(fields));
    LAMBENT_CO_TRY(auto ids, read_ids(call.body, "DeleteMessageBatchRequestEntry"));
    Batch batch(std::move(ids));
    std::vector<std::size_t> entries;
    std::vector<std::string> handles;
    for (std::size_t i = 0; i < batch.ids().size(); ++i) {
        auto handle = JsonFields(call.body["Entries"][i], fault).text("ReceiptHandle");
        if (!handle) {
            batch.bad(i, missing_parameter("ReceiptHandle"));
            continue;
        }
        entries.push_back(i);
        handles.push_back(std::move(*handle));
    }
    const auto removed = co_await call.queues.remove_batch(std::move(queue), std::move(handles));
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    add_results(batch, entries, *removed);
    co_return batch.answer();
}

Served change_message_visibility_batch(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(std::string queue, read_queue(fields));
    LAMBENT_CO_TRY(auto ids, read_ids(call.body, "ChangeMessageVisibilityBatchRequestEntry"));
    Batch batch(std::move(ids));
    std::vector<std::size_t> entries;
    std::vector<QueueService::VisibilityChange> changes;
    for (std::size_t i = 0; i < batch.ids().size(); ++i) {
        auto change = read_change(call.body["Entries"][i]);
        if (change.has_error()) {
            batch.bad(i, change.error());
            continue;
        }
        entries.push_back(i);
        changes.push_back(std::move(*change));
    }
    const auto changed =
        co_await call.queues.change_visibility_batch(std::move(queue), std::move(changes));
    if (changed.has_error()) {
        co_return from_error(changed.error());
    }
    add_results(batch, entries, *changed);
    co_return batch.answer();
}

}  // namespace lambent::api::sqs
