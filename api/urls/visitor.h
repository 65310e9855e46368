#pragma once

#include "api/wire/service.h"
#include "triggers/http/http_event.h"

#include <cstdint>

namespace lambent::api::urls {

// Who came with what, as a function's event describes it: method, query, fields, address, and the
// caller of a request that was signed. Path, domain and body are for who knows the address. What
// belongs to the connection is left out, and so is a signature that the front door has checked.
triggers::HttpRequest visitor_of(const Request& request, std::uint16_t port, bool is_signed);

}  // namespace lambent::api::urls
