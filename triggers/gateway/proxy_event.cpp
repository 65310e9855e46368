#include "triggers/gateway/proxy_event.h"

#include "base/http/uri.h"

#include <nlohmann/json.hpp>

namespace lambent::triggers {
namespace {

using nlohmann::ordered_json;

// The last value of each name, and all of them.
struct Values {
    ordered_json last = ordered_json::object();
    ordered_json all = ordered_json::object();

    void add(const std::string& name, const std::string& value) {
        last[name] = value;
        all[name].push_back(value);
    }
};

ordered_json or_null(ordered_json object) {
    return object.empty() ? ordered_json() : std::move(object);
}

ordered_json identity_of(const ordered_json& http) {
    ordered_json identity;
    for (const char* unknown :
         {"accessKey",
          "accountId",
          "caller",
          "cognitoAmr",
          "cognitoAuthenticationProvider",
          "cognitoAuthenticationType",
          "cognitoIdentityId",
          "cognitoIdentityPoolId",
          "principalOrgId"}) {
        identity[unknown] = nullptr;
    }
    identity["sourceIp"] = http.at("sourceIp");
    identity["user"] = nullptr;
    identity["userAgent"] = http.at("userAgent");
    identity["userArn"] = nullptr;
    return identity;
}

ordered_json context_of_proxy(const ordered_json& from, const std::string& resource) {
    const ordered_json& http = from.at("http");
    ordered_json context;
    context["accountId"] = from.at("accountId");
    context["apiId"] = from.at("apiId");
    if (from.contains("authorizer")) {
        const ordered_json& authorizer = from.at("authorizer");
        for (const char* kind : {"lambda", "jwt"}) {
            if (authorizer.contains(kind)) {
                context["authorizer"] = authorizer.at(kind);
            }
        }
    }
    context["domainName"] = from.at("domainName");
    context["domainPrefix"] = from.at("domainPrefix");
    context["extendedRequestId"] = from.at("requestId");
    context["httpMethod"] = http.at("method");
    context["identity"] = identity_of(http);
    context["path"] = http.at("path");
    context["protocol"] = http.at("protocol");
    context["requestId"] = from.at("requestId");
    context["requestTime"] = from.at("time");
    context["requestTimeEpoch"] = from.at("timeEpoch");
    context["resourceId"] = from.at("routeKey");
    context["resourcePath"] = resource;
    context["stage"] = from.at("stage");
    return context;
}

}  // namespace

std::string proxy_event(const HttpRequest& request, const std::string& resource) {
    const ordered_json newer = ordered_json::parse(http_event(request));
    Values headers;
    for (const auto& [name, value] : request.fields) {
        headers.add(name, value);
    }
    Values parameters;
    if (const auto items = http::parse_query(request.query)) {
        for (const auto& [name, value] : *items) {
            parameters.add(name, value);
        }
    }
    ordered_json event;
    event["version"] = "1.0";
    event["resource"] = resource;
    event["path"] = request.path;
    event["httpMethod"] = request.method;
    event["headers"] = std::move(headers.last);
    event["multiValueHeaders"] = std::move(headers.all);
    event["queryStringParameters"] = or_null(std::move(parameters.last));
    event["multiValueQueryStringParameters"] = or_null(std::move(parameters.all));
    event["requestContext"] = context_of_proxy(newer.at("requestContext"), resource);
    event["pathParameters"] = newer.value("pathParameters", ordered_json());
    event["stageVariables"] = newer.value("stageVariables", ordered_json());
    event["body"] = newer.value("body", ordered_json());
    event["isBase64Encoded"] = newer.at("isBase64Encoded");
    return event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace lambent::triggers
