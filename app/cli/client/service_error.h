#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

namespace lambent::cli {

// What an AWS service says in an answer that is not 2xx, in JSON or XML, as an Error: the code by
// the status, the subject its AWS name ("ResourceNotFoundException"), the message its own.
Error service_error(const HttpReply& reply);

// Sends, and turns an answer that is not 2xx into an Error.
Result<HttpReply> send_ok(HttpClient& client, const HttpCall& call);

}  // namespace lambent::cli
