#include "api/apigateway/api_door.h"

#include "api/wire/routing.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lambent::api::apigateway {

ApiDoor::ApiDoor(const GatewayConfig& config, ApiDoorPorts ports, const Logger& log)
    : rest_apis_(ports.rest_apis),
      http_(config, HttpApiPorts{ports.http_apis, ports.streams, ports.clock}, log),
      rest_(config, RestApiPorts{ports.rest_apis, ports.streams, ports.clock}, log) {}

bool ApiDoor::is_rest(const http::RequestHead& head) const {
    const auto address = function_address(head);
    std::string id = address ? std::string(address->id) : "";
    std::transform(id.begin(), id.end(), id.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return rest_apis_.find(id) != nullptr;
}

bool ApiDoor::wants_signature(const http::RequestHead& head) const {
    return is_rest(head) ? rest_.wants_signature(head) : http_.wants_signature(head);
}

Task<http::Response> ApiDoor::serve(Request request, http::BodyReader& body) {
    if (is_rest(request.head)) {
        return rest_.serve(std::move(request), body);
    }
    return http_.serve(std::move(request), body);
}

}  // namespace lambent::api::apigateway
