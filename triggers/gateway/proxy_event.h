#pragma once

#include "triggers/http/http_event.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// The event that a function gets for a request: Lambda's proxy payload format 1.0. `resource` is
// the path of the route's key. Pure.
std::string proxy_event(const HttpRequest& request, const std::string& resource);

// Where in a REST API a request has come to.
struct RestPlace {
    std::string resource;  // "/pets/{id}"
    std::string resource_id;
    std::string path;  // raw, without the stage
    std::string deployment_id;
    std::string operation_name;
    std::vector<std::string> binary_types;
};

// Format 1.0 as REST APIs speak it: without a version, of the path below the stage, the body in
// base64 only when its type is one of the API's binary ones. Pure.
std::string rest_event(const HttpRequest& request, const RestPlace& place);

// What an authorizer of type REQUEST gets, the same without the body, and one of type TOKEN. Pure.
std::string rest_request_event(
    const HttpRequest& request, const RestPlace& place, const std::string& method_arn
);
std::string rest_token_event(const std::string& token, const std::string& method_arn);

// Another name of a request, as REST APIs give it in the event and to the client.
std::string extended_request_id(const std::string& request_id);

// Whether a media type, or the first of several, is one of these: "image/png", "image/*", "*/*".
bool is_binary_type(const std::vector<std::string>& binary_types, std::string_view media_types);

}  // namespace lambent::triggers
