#pragma once

#include "triggers/queue/queue.h"

#include <string>
#include <string_view>

namespace lambent::triggers {

// What senders and receivers compare with their own: MD5 in lower-case hex.
std::string body_md5(std::string_view body);
// Over names, types and values in SQS's order and encoding; empty without attributes.
std::string attributes_md5(const MessageAttributes& attributes);

}  // namespace lambent::triggers
