#pragma once

#include "api/wire/errors.h"
#include "base/async/task.h"
#include "triggers/queue/queue_service.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace lambent::api::sqs {

// One request on its way through an operation. Borrows the service's queues and the parsed body,
// which outlive the flow that serves the request.
struct Call {
    Call(
        triggers::QueueService& of,
        const nlohmann::json& asked,
        std::string from,
        std::string caused_by
    )
        : queues(of), body(asked), origin(std::move(from)), trace_header(std::move(caused_by)) {}

    triggers::QueueService& queues;
    const nlohmann::json& body;
    std::string origin;        // "http://127.0.0.1:4566", as the client reached us
    std::string trace_header;  // X-Amzn-Trace-Id of the request
};

// What an operation becomes; null: an empty answer.
using Served = Task<Answer<nlohmann::json>>;

Served create_queue(Call call);
Served delete_queue(Call call);
Served get_queue_url(Call call);
Served list_queues(Call call);
Served list_dead_letter_source_queues(Call call);
Served get_queue_attributes(Call call);
Served set_queue_attributes(Call call);
Served purge_queue(Call call);
Served tag_queue(Call call);
Served untag_queue(Call call);
Served list_queue_tags(Call call);
Served send_message(Call call);
Served send_message_batch(Call call);
Served receive_message(Call call);
Served delete_message(Call call);
Served delete_message_batch(Call call);
Served change_message_visibility(Call call);
Served change_message_visibility_batch(Call call);
Served start_message_move_task(Call call);
Served list_message_move_tasks(Call call);
Served cancel_message_move_task(Call call);

struct Operation {
    std::string_view name;
    Served (*serve)(Call call);
};
// Null when SQS has it not, or lambent not.
const Operation* find_operation(std::string_view name);

}  // namespace lambent::api::sqs
