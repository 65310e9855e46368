#pragma once

#include "triggers/gateway/http_api.h"

#include <nlohmann/json.hpp>

// How the parts that HTTP APIs and REST APIs have in common lie in the database. What is missing
// was not known when the row was written.
namespace lambent::triggers {

NLOHMANN_JSON_SERIALIZE_ENUM(
    ApiRoute::Auth,
    {
        {ApiRoute::Auth::kNone, "none"},
        {ApiRoute::Auth::kIam, "iam"},
        {ApiRoute::Auth::kCustom, "custom"},
        {ApiRoute::Auth::kJwt, "jwt"},
    }
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    ApiRoute, id, key, integration_id, auth, authorizer_id, scopes, operation_name
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    ApiIntegration, id, uri, reference, payload_version, description, timeout_ms, method
)
NLOHMANN_JSON_SERIALIZE_ENUM(
    ApiAuthorizer::Type,
    {
        {ApiAuthorizer::Type::kRequest, "request"},
        {ApiAuthorizer::Type::kJwt, "jwt"},
        {ApiAuthorizer::Type::kToken, "token"},
    }
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    ApiAuthorizer,
    id,
    type,
    name,
    uri,
    reference,
    identity_sources,
    simple_responses,
    ttl_s,
    issuer,
    audience,
    validation
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ApiRoutes, routes, integrations, authorizers)

}  // namespace lambent::triggers
