#include "api/sqs/sqs_service.h"

#include "api/sqs/operations.h"
#include "api/sqs/query_codec.h"
#include "api/sqs/sqs_errors.h"
#include "api/wire/json.h"
#include "api/wire/query.h"
#include "base/http/uri.h"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <utility>

namespace lambent::api::sqs {
namespace {

using nlohmann::json;

constexpr std::string_view kTargetPrefix = "AmazonSQS.";
constexpr std::uint64_t kRequestBytesMax = 8ULL << 20;  // JSON escapes and base64 included

constexpr std::array kOperations{
    Operation{"SendMessage", send_message},
    Operation{"ReceiveMessage", receive_message},
    Operation{"DeleteMessage", delete_message},
    Operation{"SendMessageBatch", send_message_batch},
    Operation{"DeleteMessageBatch", delete_message_batch},
    Operation{"ChangeMessageVisibility", change_message_visibility},
    Operation{"ChangeMessageVisibilityBatch", change_message_visibility_batch},
    Operation{"CreateQueue", create_queue},
    Operation{"DeleteQueue", delete_queue},
    Operation{"GetQueueUrl", get_queue_url},
    Operation{"ListQueues", list_queues},
    Operation{"ListDeadLetterSourceQueues", list_dead_letter_source_queues},
    Operation{"GetQueueAttributes", get_queue_attributes},
    Operation{"SetQueueAttributes", set_queue_attributes},
    Operation{"PurgeQueue", purge_queue},
    Operation{"TagQueue", tag_queue},
    Operation{"UntagQueue", untag_queue},
    Operation{"ListQueueTags", list_queue_tags},
    Operation{"StartMessageMoveTask", start_message_move_task},
    Operation{"ListMessageMoveTasks", list_message_move_tasks},
    Operation{"CancelMessageMoveTask", cancel_message_move_task},
};

// A request in whichever protocol it came.
struct Asked {
    std::string operation;
    json body;
};

Answer<Asked> read_json(const http::Headers& headers, const std::string& text) {
    Asked asked;
    const std::string_view target = headers.find("X-Amz-Target").value_or("");
    asked.operation = target.starts_with(kTargetPrefix) ? target.substr(kTargetPrefix.size()) : "";
    Result<json> parsed = parse_json(text.empty() ? "{}" : text);
    if (parsed.has_error() || !parsed->is_object()) {
        return AwsError(400, "SerializationException", "The body is not a JSON object.");
    }
    asked.body = std::move(*parsed);
    return asked;
}

// The parameters of a call stand in its address or, as forms do, in its body; the queue may be
// named by the path alone.
Answer<Asked> read_query(const Request& request, const std::string& text) {
    LAMBENT_TRY(const http::QueryItems items, query_items(request, text));
    Asked asked;
    asked.operation = http::find_item(items, "Action").value_or("");
    if (asked.operation.empty()) {
        return AwsError(400, "MissingAction", "The request must contain the parameter Action.");
    }
    asked.body = from_query(asked.operation, items);
    if (!asked.body.contains("QueueUrl") && request.path.size() > 1) {
        asked.body["QueueUrl"] = request.path;
    }
    return asked;
}

std::string origin_of(const http::RequestHead& head) {
    return std::string(head.scheme()) + "://" +
           std::string(head.headers.find("host").value_or("localhost"));
}

AwsError not_offered(const std::string& operation) {
    return {400, "InvalidAction", "The action " + operation + " is not valid for this endpoint."};
}

http::Response render(
    const Asked& asked, const json& answer, Protocol protocol, std::string_view request_id
) {
    if (protocol == Protocol::kQuery) {
        return to_xml(asked.operation, answer, request_id);
    }
    http::Response response;
    response.headers.add("Content-Type", "application/x-amz-json-1.0");
    if (!answer.is_null()) {
        response.body = dump_json(answer);
    }
    return response;
}

Task<Answer<Asked>> read_request(
    const Request& request, Protocol protocol, http::BodyReader& body
) {
    const Result<std::string> text = co_await body.read_all(kRequestBytesMax);
    if (text.has_error()) {
        co_return from_error(text.error());
    }
    co_return protocol == Protocol::kJson ? read_json(request.head.headers, *text)
                                          : read_query(request, *text);
}

}  // namespace

const Operation* find_operation(std::string_view name) {
    for (const Operation& operation : kOperations) {
        if (operation.name == name) {
            return &operation;
        }
    }
    return nullptr;
}

SqsService::SqsService(triggers::QueueService& queues, Logger log)
    : queues_(queues), log_(std::move(log)) {}

Task<http::Response> SqsService::serve(Request request, http::BodyReader& body) {
    const bool is_json = request.head.headers.find("X-Amz-Target").has_value();
    const Protocol protocol = is_json ? Protocol::kJson : Protocol::kQuery;
    const std::string& id = request.request_id;
    if (!request.principal.is_root) {
        const AwsError denied(
            403, "AccessDenied", "Access to the resource is denied to " + request.principal.name
        );
        co_return render_error(denied, protocol, id);
    }
    const Answer<Asked> asked = co_await read_request(request, protocol, body);
    if (asked.has_error()) {
        co_return render_error(asked.error(), protocol, id);
    }
    const Operation* const operation = find_operation(asked->operation);
    if (operation == nullptr) {
        co_return render_error(not_offered(asked->operation), protocol, id);
    }
    std::string trace(request.head.headers.find("X-Amzn-Trace-Id").value_or(""));
    Call call(queues_, asked->body, origin_of(request.head), std::move(trace));
    const Answer<json> answer = co_await operation->serve(std::move(call));
    if (answer.has_error()) {
        const AwsError& error = answer.error();
        if (!error.is_callers_fault()) {
            log_.error(
                "sqs_failed", {{"operation", asked->operation}, {"message", error.message()}}
            );
        }
        co_return render_error(error, protocol, id);
    }
    co_return render(*asked, *answer, protocol, id);
}

}  // namespace lambent::api::sqs
