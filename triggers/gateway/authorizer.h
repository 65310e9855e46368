#pragma once

#include "triggers/gateway/http_api.h"
#include "triggers/http/http_event.h"

#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Where an authorizer may look: "$request.header.NAME", "$request.querystring.NAME",
// "$context.…", "$stageVariables.NAME".
bool is_identity_source(const std::string& source);

// What a request says in the places where an authorizer looks; nothing when one of them is empty,
// or is a header or an item of the query that is there more than once, and then the request is
// refused without asking. Pure.
std::optional<std::vector<std::string>> identity_of(
    const ApiAuthorizer& authorizer, const HttpRequest& request
);

// The event that the authorizer's function gets: the request without its body, and who asks for
// what. Payload format 2.0. Pure.
std::string authorizer_event(
    const HttpRequest& request,
    const std::vector<std::string>& identity,
    const std::string& route_arn
);

// What the function decided: {"isAuthorized":…} or a policy about "execute-api:Invoke".
struct Verdict {
    bool is_allowed = false;
    std::string context = "{}";  // a JSON object, which the integration's event carries on
    std::string policy;          // of a REST API, to be asked about each address
};
// Nothing when the answer is neither, is nested too deep, or has a context of more than 8 KB or a
// policy that cannot be used. Pure.
std::optional<Verdict> verdict_of(
    const ApiAuthorizer& authorizer, const std::string& payload, const std::string& route_arn
);

}  // namespace lambent::triggers
