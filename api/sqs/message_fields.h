#pragma once

#include "api/wire/errors.h"
#include "triggers/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace lambent::api::sqs {

// A message of SendMessage, or of one entry of its batch.
Answer<triggers::NewMessage> read_message(const nlohmann::json& body);

// What a receive asks for beside the body.
struct Wanted {
    std::vector<std::string> system_attributes;  // "All" is all
    std::vector<std::string> attributes;         // "All", ".*" and "prefix.*" as well
};
nlohmann::json message_json(const triggers::ReceivedMessage& message, const Wanted& wanted);

// The digests by which a sender knows that its message came as it was.
void add_digests(nlohmann::json& answer, const triggers::NewMessage& message);

// A message without AWSTraceHeader goes on with the chain of the request that brought it, by its
// X-Amzn-Trace-Id. What the sender has digested comes first: add_digests knows nothing of it.
void trace(triggers::NewMessage& message, const std::string& request_header);

}  // namespace lambent::api::sqs
