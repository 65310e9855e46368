#pragma once

#include "api/sqs/operations.h"
#include "api/wire/errors.h"
#include "api/wire/json_fields.h"

#include <string>
#include <string_view>

namespace lambent::api::sqs {

// "http://127.0.0.1:4566/000000000000/name"
std::string queue_url(std::string_view origin, std::string_view queue_name);

// The queue that QueueUrl names.
Answer<std::string> read_queue(JsonFields& fields);

}  // namespace lambent::api::sqs
