#pragma once

#include "triggers/http/http_event.h"

#include <string>

namespace lambent::triggers {

// The event that a function gets for a request: Lambda's proxy payload format 1.0. `resource` is
// the path of the route's key. Pure.
std::string proxy_event(const HttpRequest& request, const std::string& resource);

}  // namespace lambent::triggers
