#include "triggers/gateway/proxy_event.h"

#include "base/files/content_hash.h"
#include "base/http/uri.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

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

Values parameters_of_query(const std::string& query) {
    Values parameters;
    if (const auto items = http::parse_query(query)) {
        for (const auto& [name, value] : *items) {
            parameters.add(name, value);
        }
    }
    return parameters;
}

bool is_same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

std::string_view field_of(const HttpRequest& request, std::string_view name) {
    for (const auto& [key, value] : request.fields) {
        if (is_same_name(key, name)) {
            return value;
        }
    }
    return {};
}

// Names as clients wrote them, but for those that REST APIs write themselves; Content-Length is
// left out.
Values rest_headers(const HttpRequest& request) {
    constexpr std::array<std::string_view, 5> kOwn{
        "Authorization", "User-Agent", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"};
    Values headers;
    for (const auto& [name, value] : request.fields) {
        if (is_same_name(name, "content-length")) {
            continue;
        }
        std::string key = name;
        for (const std::string_view own : kOwn) {
            if (is_same_name(name, own)) {
                key = own;
            }
        }
        headers.add(key, value);
    }
    return headers;
}

ordered_json rest_identity(const HttpRequest& request) {
    ordered_json identity;
    for (const char* name :
         {"accessKey",
          "accountId",
          "caller",
          "cognitoAuthenticationProvider",
          "cognitoAuthenticationType",
          "cognitoIdentityId",
          "cognitoIdentityPoolId",
          "principalOrgId"}) {
        identity[name] = nullptr;
    }
    identity["sourceIp"] = request.source_ip;
    identity["user"] = nullptr;
    identity["userAgent"] = field_of(request, "user-agent");
    identity["userArn"] = nullptr;
    if (request.caller) {
        identity["accessKey"] = request.caller->access_key;
        identity["accountId"] = request.account;
        identity["caller"] = request.caller->access_key;
        identity["user"] = request.caller->access_key;
        identity["userArn"] = "arn:aws:iam::" + request.account + ":" + request.caller->name;
    }
    return identity;
}

ordered_json rest_context(const HttpRequest& request, const RestPlace& place) {
    ordered_json context;
    context["accountId"] = request.account;
    context["apiId"] = request.domain_id;
    if (!request.route.authorizer.empty()) {
        context["authorizer"] = ordered_json::parse(request.route.authorizer);
    }
    context["deploymentId"] = place.deployment_id;
    context["domainName"] = request.domain;
    context["domainPrefix"] = request.domain_id;
    context["extendedRequestId"] = extended_request_id(request.request_id);
    context["httpMethod"] = request.method;
    context["identity"] = rest_identity(request);
    if (!place.operation_name.empty()) {
        context["operationName"] = place.operation_name;
    }
    context["path"] = request.path;
    context["protocol"] = "HTTP/1.1";
    context["requestId"] = request.request_id;
    context["requestTime"] = log_time(request.time);
    context["requestTimeEpoch"] = unix_ms(request.time);
    context["resourceId"] = place.resource_id;
    context["resourcePath"] = place.resource;
    context["stage"] = request.route.stage;
    return context;
}

ordered_json map_or_null(const std::map<std::string, std::string>& values) {
    return values.empty() ? ordered_json() : ordered_json(values);
}

// All but the body.
ordered_json rest_request(const HttpRequest& request, const RestPlace& place) {
    Values headers = rest_headers(request);
    Values parameters = parameters_of_query(request.query);
    ordered_json event;
    event["resource"] = place.resource;
    event["path"] = place.path;
    event["httpMethod"] = request.method;
    event["headers"] = or_null(std::move(headers.last));
    event["multiValueHeaders"] = or_null(std::move(headers.all));
    event["queryStringParameters"] = or_null(std::move(parameters.last));
    event["multiValueQueryStringParameters"] = or_null(std::move(parameters.all));
    event["pathParameters"] = map_or_null(request.route.parameters);
    event["stageVariables"] = map_or_null(request.route.stage_variables);
    event["requestContext"] = rest_context(request, place);
    return event;
}

std::string dump_event(const ordered_json& event) {
    return event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string proxy_event(const HttpRequest& request, const std::string& resource) {
    const ordered_json newer = ordered_json::parse(http_event(request));
    Values headers;
    for (const auto& [name, value] : request.fields) {
        headers.add(name, value);
    }
    Values parameters = parameters_of_query(request.query);
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
    return dump_event(event);
}

std::string rest_event(const HttpRequest& request, const RestPlace& place) {
    ordered_json event = rest_request(request, place);
    const bool is_binary = is_binary_type(place.binary_types, field_of(request, "content-type")) &&
                           !request.body.empty();
    event["body"] = nullptr;
    if (!request.body.empty()) {
        event["body"] = is_binary ? to_base64(request.body) : request.body;
    }
    event["isBase64Encoded"] = is_binary;
    return dump_event(event);
}

std::string rest_request_event(
    const HttpRequest& request, const RestPlace& place, const std::string& method_arn
) {
    ordered_json event;
    event["type"] = "REQUEST";
    event["methodArn"] = method_arn;
    event.update(rest_request(request, place));
    return dump_event(event);
}

std::string rest_token_event(const std::string& token, const std::string& method_arn) {
    ordered_json event;
    event["type"] = "TOKEN";
    event["methodArn"] = method_arn;
    event["authorizationToken"] = token;
    return dump_event(event);
}

std::string extended_request_id(const std::string& request_id) {
    return to_base64(request_id.substr(0, 11));
}

bool is_binary_type(const std::vector<std::string>& binary_types, std::string_view media_types) {
    std::string_view type = media_types.substr(0, media_types.find_first_of(",;"));
    type.remove_prefix(std::min(type.find_first_not_of(" \t"), type.size()));
    type = type.substr(0, type.find_last_not_of(" \t") + 1);
    return std::any_of(binary_types.begin(), binary_types.end(), [&](const std::string& binary) {
        if (binary == "*/*") {
            return true;
        }
        const std::string_view group = binary;
        return group.ends_with("/*")
                   ? is_same_name(
                         type.substr(0, group.size() - 1), group.substr(0, group.size() - 1)
                     )
                   : is_same_name(type, group);
    });
}

}  // namespace lambent::triggers
