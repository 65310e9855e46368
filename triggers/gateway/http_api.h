#pragma once

#include "triggers/http/function_url.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Which requests of an API lead to which integration: "GET /items/{id}", "ANY /{proxy+}" or
// "$default".
struct ApiRoute {
    enum class Auth { kNone, kIam, kCustom, kJwt };

    std::string id;
    std::string key;
    std::string integration_id;  // empty: there is none yet
    Auth auth = Auth::kNone;
    std::string authorizer_id;
    std::vector<std::string> scopes;  // of which a token must have one, if there are any
    std::string operation_name;
};

// A function behind routes.
struct ApiIntegration {
    std::string id;
    std::string uri;        // as it was given
    std::string reference;  // "name" or "name:qualifier", which it names
    std::string payload_version = "2.0";
    std::string description;
    std::int64_t timeout_ms = 30'000;
    std::string method = "POST";  // of REST APIs: a function is invoked by no other
};

// What decides who may call: a function that is asked, or an issuer of tokens.
struct ApiAuthorizer {
    enum class Type { kRequest, kJwt, kToken };

    std::string id;
    Type type = Type::kRequest;
    std::string name;
    std::string uri;
    std::string reference;
    std::vector<std::string> identity_sources;  // "$request.header.Authorization"
    bool simple_responses = false;
    std::int64_t ttl_s = 0;  // of its decisions; 0: each request is asked about
    std::string issuer;      // of tokens
    std::vector<std::string> audience;
    std::string validation;  // of kToken: a regular expression; empty: any token is asked about
};

// What a stage serves: the API's routes as they are now, or as they were when they were deployed.
struct ApiRoutes {
    std::map<std::string, ApiRoute> routes;  // by id, and so all of these
    std::map<std::string, ApiIntegration> integrations;
    std::map<std::string, ApiAuthorizer> authorizers;
};

struct ApiStage {
    std::string name;  // "$default": what no other stage's name begins
    std::string description;
    std::map<std::string, std::string> variables;
    bool auto_deploy = false;
    std::string deployment_id;
    std::optional<ApiRoutes> deployed;  // nothing: it serves nothing yet
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;
};

// One HTTP API: routes to functions under an address of its own.
struct HttpApi {
    std::string id;  // 10 characters of 0-9 and a-z, the first label of its host
    std::string name;
    std::string description;
    std::string version;
    std::optional<CorsRules> cors;
    std::map<std::string, std::string> tags;
    ApiRoutes current;
    std::map<std::string, ApiStage> stages;
    std::int64_t created_ms = 0;
};

}  // namespace lambent::triggers
