#pragma once

#include "triggers/http/function_url.h"
#include "triggers/http/http_event.h"

#include <string_view>

namespace lambent::triggers {

// Whether a browser asks, before the request itself, whether it may send it.
bool is_preflight(const HttpRequest& request);

// What the rules let a browser know. For a preflight: all that it asks for. Nothing when the
// request has no origin or one that is not allowed, and then the browser keeps the answer to
// itself. Pure.
HttpFields cors_fields(const CorsRules& rules, const HttpRequest& request);

// Whether a field of the function's own would contradict the rules.
bool is_cors_field(std::string_view name);

}  // namespace lambent::triggers
