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

}  // namespace lambent::api::sqs
