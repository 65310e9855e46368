#include "api/sqs/operations.h"
#include "api/sqs/queue_attributes.h"
#include "api/sqs/queue_url.h"
#include "api/sqs/sqs_errors.h"
#include "api/wire/json_fields.h"
#include "triggers/queue/queue_rules.h"

#include <nlohmann/json.hpp>

#include <algorithm>

// What is done with queues, but for their messages.
namespace lambent::api::sqs {
namespace {

using nlohmann::json;
using triggers::QueueDescription;
using triggers::QueueKind;
using triggers::QueueSettings;

constexpr std::size_t kListedMax = 1'000;

AwsError unreadable_request(const std::string& fault) {
    return {400, "SerializationException", fault};
}

// "FifoQueue" is said at creation only, and says what the name does.
Answer<void> check_fifo(AttributeTexts& attributes, const std::string& name) {
    const auto given = attributes.find("FifoQueue");
    const bool named_so = triggers::kind_of(name) == QueueKind::kFifo;
    const bool said_so = given != attributes.end() && given->second == "true";
    if (given != attributes.end() && !said_so) {
        return AwsError(400, "InvalidAttributeName", "Unknown Attribute FifoQueue.");
    }
    if (named_so != said_so) {
        return invalid_parameter(
            named_so ? "The name of a standard queue must not end in .fifo: Can only include "
                       "alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
                     : "The name of a FIFO queue can only include alphanumeric characters, "
                       "hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in "
                       "length."
        );
    }
    attributes.erase("FifoQueue");
    return {};
}

// What the room finds wrong with a setting is an attribute's wrong value here.
AwsError settings_error(const Error& error) {
    const AwsError translated = from_error(error);
    const bool is_value = error.code() == Code::kInvalidArgument &&
                          translated.name() == "InvalidParameterValue" &&
                          error.subject() != "QueueName" && error.subject() != "RedrivePolicy";
    return is_value ? AwsError(400, "InvalidAttributeValue", error.message()) : translated;
}

json urls_json(
    const std::vector<QueueDescription>& queues,
    const std::string& origin,
    const char* member,
    JsonFields& fields
) {
    const std::string after = fields.text("NextToken").value_or("");
    const auto limit = fields.number("MaxResults");
    const std::size_t count_max = static_cast<std::size_t>(limit.value_or(kListedMax));
    json urls = json::array();
    json page = json::object();
    std::string last;
    for (const QueueDescription& queue : queues) {
        if (!after.empty() && queue.name <= after) {
            continue;
        }
        if (urls.size() == count_max) {
            // Without MaxResults SQS says only what fits.
            if (limit) {
                page["NextToken"] = last;
            }
            break;
        }
        last = queue.name;
        urls.push_back(queue_url(origin, queue.name));
    }
    page[member] = std::move(urls);
    return page;
}

Answer<void> check_page(JsonFields& fields, const std::string& fault) {
    const auto limit = fields.number("MaxResults");
    if (!fault.empty()) {
        return unreadable_request(fault);
    }
    if (limit && (*limit < 1 || *limit > static_cast<std::int64_t>(kListedMax))) {
        return invalid_parameter(
            "Value " + std::to_string(*limit) +
            " for parameter MaxResults is invalid. Reason: Must be an integer between 1 and 1000."
        );
    }
    return {};
}

}  // namespace

Served create_queue(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    const auto name = fields.text("QueueName");
    AttributeTexts attributes = fields.text_map("Attributes").value_or(AttributeTexts());
    triggers::QueueTags tags = fields.text_map("tags").value_or(triggers::QueueTags());
    if (!fault.empty()) {
        co_return unreadable_request(fault);
    }
    if (!name) {
        co_return missing_parameter("QueueName");
    }
    LAMBENT_CO_TRY(check_fifo(attributes, *name));
    const auto known = call.queues.find(*name);
    const QueueSettings before = known ? known->settings : QueueSettings();
    LAMBENT_CO_TRY(QueueSettings settings, apply_attributes(before, attributes));
    if (known && settings != before) {
        co_return AwsError(
            400,
            "QueueNameExists",
            "A queue already exists with the same name and a different value for attribute " +
                first_difference(settings, before)
        );
    }
    const auto made = co_await call.queues.create(*name, std::move(settings), std::move(tags));
    if (made.has_error()) {
        co_return settings_error(made.error());
    }
    co_return json{{"QueueUrl", queue_url(call.origin, *name)}};
}

Served delete_queue(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    const auto removed = co_await call.queues.remove(queue);
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return json();
}

Served get_queue_url(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    const auto name = fields.text("QueueName");
    if (!name) {
        co_return missing_parameter("QueueName");
    }
    if (!call.queues.find(*name)) {
        co_return from_error(Error(Code::kNotFound, "queue", ""));
    }
    co_return json{{"QueueUrl", queue_url(call.origin, *name)}};
}

Served list_queues(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    const std::string prefix = fields.text("QueueNamePrefix").value_or("");
    LAMBENT_CO_TRY(check_page(fields, fault));
    json page = urls_json(call.queues.list(prefix), call.origin, "QueueUrls", fields);
    if (page["QueueUrls"].empty()) {
        page.erase("QueueUrls");
    }
    co_return page;
}

Served list_dead_letter_source_queues(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    LAMBENT_CO_TRY(check_page(fields, fault));
    if (!call.queues.find(queue)) {
        co_return from_error(Error(Code::kNotFound, "queue", ""));
    }
    co_return urls_json(call.queues.sources_of(queue), call.origin, "queueUrls", fields);
}

Served get_queue_attributes(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    const auto names = fields.texts("AttributeNames").value_or(std::vector<std::string>());
    if (!fault.empty()) {
        co_return unreadable_request(fault);
    }
    const auto counts = call.queues.counts(queue);
    if (counts.has_error()) {
        co_return from_error(counts.error());
    }
    LAMBENT_CO_TRY(json attributes, attributes_json(*call.queues.find(queue), *counts, names));
    json answer = json::object();
    if (!attributes.empty()) {
        answer["Attributes"] = std::move(attributes);
    }
    co_return answer;
}

Served set_queue_attributes(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    auto attributes = fields.text_map("Attributes");
    if (!fault.empty()) {
        co_return unreadable_request(fault);
    }
    if (!attributes) {
        co_return missing_parameter("Attributes");
    }
    const auto known = call.queues.find(queue);
    if (!known) {
        co_return from_error(Error(Code::kNotFound, "queue", ""));
    }
    if (known->kind == QueueKind::kFifo && attributes->contains("FifoQueue")) {
        LAMBENT_CO_TRY(check_fifo(*attributes, known->name));
    }
    LAMBENT_CO_TRY(QueueSettings settings, apply_attributes(known->settings, *attributes));
    const auto changed = co_await call.queues.change_settings(queue, std::move(settings));
    if (changed.has_error()) {
        co_return settings_error(changed.error());
    }
    co_return json();
}

Served purge_queue(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    const auto purged = co_await call.queues.purge(queue);
    if (purged.has_error()) {
        co_return from_error(purged.error());
    }
    co_return json();
}

Served tag_queue(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    auto added = fields.text_map("Tags");
    if (!fault.empty()) {
        co_return unreadable_request(fault);
    }
    if (!added) {
        co_return missing_parameter("Tags");
    }
    auto tags = call.queues.tags(queue);
    if (tags.has_error()) {
        co_return from_error(tags.error());
    }
    added->merge(*tags);
    const auto changed = co_await call.queues.change_tags(queue, std::move(*added));
    if (changed.has_error()) {
        co_return from_error(changed.error());
    }
    co_return json();
}

Served untag_queue(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    const auto keys = fields.texts("TagKeys");
    if (!keys) {
        co_return missing_parameter("TagKeys");
    }
    auto tags = call.queues.tags(queue);
    if (tags.has_error()) {
        co_return from_error(tags.error());
    }
    for (const std::string& key : *keys) {
        tags->erase(key);
    }
    const auto changed = co_await call.queues.change_tags(queue, std::move(*tags));
    if (changed.has_error()) {
        co_return from_error(changed.error());
    }
    co_return json();
}

Served list_queue_tags(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    LAMBENT_CO_TRY(const std::string queue, read_queue(fields));
    const auto tags = call.queues.tags(queue);
    if (tags.has_error()) {
        co_return from_error(tags.error());
    }
    json answer = json::object();
    if (!tags->empty()) {
        answer["Tags"] = *tags;
    }
    co_return answer;
}

}  // namespace lambent::api::sqs
