#pragma once

#include "base/http/message.h"

#include <cstdint>
#include <string>

namespace lambent::http {

// What the connection knows and the handler does not.
struct AnswerContext {
    bool is_head = false;      // the request was HEAD: the length is told, the body is not sent
    bool is_http_1_0 = false;  // the client must be told that the connection stays
    bool keep_alive = true;
};

std::uint64_t body_bytes(const Response& response);  // 0 of a stream, which nobody knows
// Whether bytes follow the head of this answer.
bool sends_body(const Response& response, const AnswerContext& context);

// Appends status line and fields. The framing fields are the server's own: what a handler says of
// Connection, Transfer-Encoding and (but for HEAD) Content-Length is dropped. Line breaks in a
// value become spaces, and a field whose name is no token is dropped, so that none can forge one.
void render_head(const Response& response, const AnswerContext& context, std::string& out);

}  // namespace lambent::http
