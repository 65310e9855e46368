#include "api/apigateway/gateway_fields.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent::api::apigateway;
using lambent::triggers::ApiAuthorizer;
using nlohmann::json;

TEST_CASE("An authorizer stays of its type", "[api][apigateway]") {
    ApiAuthorizer tokens;
    tokens.type = ApiAuthorizer::Type::kJwt;
    tokens.name = "tokens";
    tokens.issuer = "https://i.example";
    tokens.audience = {"shop"};
    tokens.identity_sources = {"$request.header.Authorization"};
    const json asks{
        {"authorizerType", "REQUEST"},
        {"identitySource", json::array()},
        {"authorizerUri", "arn:aws:lambda:us-east-1:000000000000:function:f"}};
    const auto changed = read_authorizer(asks, tokens, false);
    REQUIRE(changed.has_error());
    CHECK(changed.error().status() == 400);
    const auto renamed = read_authorizer({{"authorizerType", "JWT"}, {"name", "n"}}, tokens, false);
    REQUIRE(renamed.has_value());
    CHECK(renamed->name == "n");
}
