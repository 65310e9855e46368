#include "triggers/http/function_urls.h"

#include "api/lambda/function_reference.h"
#include "api/lambda/operations.h"
#include "api/lambda/page.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace lambent::api::lambda {

namespace {

using triggers::CorsRules;
using triggers::FunctionUrl;

constexpr std::size_t kListMax = 100;
constexpr std::size_t kMethodsMax = 6;
constexpr std::size_t kOriginBytesMax = 253;
constexpr std::size_t kMethodBytesMax = 6;
constexpr std::size_t kHeaderBytesMax = 1024;
constexpr std::int64_t kMaxAgeMaxS = 86'400;
constexpr char kAliasPattern[] = "(^\\$LATEST$)|((?!^[0-9]+$)([a-zA-Z0-9-_]+))";

// What a request says about a URL; what it leaves out stays as it is.
struct UrlChange {
    std::optional<FunctionUrl::Auth> auth;
    std::optional<FunctionUrl::Mode> mode;
    std::optional<CorsRules> cors;  // no rules at all: none
};

bool is_empty(const CorsRules& rules) {
    return !rules.allow_credentials && rules.allow_origins.empty() && rules.allow_methods.empty() &&
           rules.allow_headers.empty() && rules.expose_headers.empty() && !rules.max_age_s;
}

void check_list(
    Constraints& constraints,
    const std::string& field,
    const std::vector<std::string>& list,
    std::size_t items_max,
    std::size_t bytes_max
) {
    if (list.size() > items_max) {
        constraints.length("cors." + field, std::string(list.size(), '.'), 0, items_max);
    }
    for (const std::string& item : list) {
        constraints.length("cors." + field, item, 1, bytes_max);
    }
}

CorsRules read_cors(JsonFields& fields, Constraints& constraints) {
    const auto list = [&](std::string_view name) {
        return fields.texts(name).value_or(std::vector<std::string>());
    };
    CorsRules rules;
    rules.allow_credentials = fields.flag("AllowCredentials");
    rules.allow_origins = list("AllowOrigins");
    rules.allow_methods = list("AllowMethods");
    rules.allow_headers = list("AllowHeaders");
    rules.expose_headers = list("ExposeHeaders");
    rules.max_age_s = fields.number("MaxAge");
    check_list(constraints, "allowOrigins", rules.allow_origins, kListMax, kOriginBytesMax);
    check_list(constraints, "allowMethods", rules.allow_methods, kMethodsMax, kMethodBytesMax);
    check_list(constraints, "allowHeaders", rules.allow_headers, kListMax, kHeaderBytesMax);
    check_list(constraints, "exposeHeaders", rules.expose_headers, kListMax, kHeaderBytesMax);
    if (rules.max_age_s) {
        constraints.range("cors.maxAge", *rules.max_age_s, 0, kMaxAgeMaxS);
    }
    return rules;
}

Answer<UrlChange> read_url_change(const nlohmann::json& body, Operation operation) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    UrlChange change;
    if (const auto auth = fields.text("AuthType")) {
        constraints.one_of("authType", *auth, {"NONE", "AWS_IAM"});
        change.auth = *auth == "NONE" ? FunctionUrl::Auth::kNone : FunctionUrl::Auth::kIam;
    } else if (operation == Operation::kCreateFunctionUrl) {
        constraints.must_not_be_null("authType");
    }
    if (const auto mode = fields.text("InvokeMode")) {
        constraints.one_of("invokeMode", *mode, {"RESPONSE_STREAM", "BUFFERED"});
        change.mode =
            *mode == "BUFFERED" ? FunctionUrl::Mode::kBuffered : FunctionUrl::Mode::kStreamed;
    }
    if (auto cors = fields.object("Cors")) {
        change.cors = read_cors(*cors, constraints);
    }
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    return change;
}

FunctionUrl changed_url(FunctionUrl url, const UrlChange& change) {
    url.auth = change.auth.value_or(url.auth);
    url.mode = change.mode.value_or(url.mode);
    if (change.cors) {
        url.cors = is_empty(*change.cors) ? std::nullopt : change.cors;
    }
    return url;
}

nlohmann::json cors_json(const CorsRules& rules) {
    nlohmann::json body = nlohmann::json::object();
    const auto put = [&](const char* name, const std::vector<std::string>& list) {
        if (!list.empty()) {
            body[name] = list;
        }
    };
    if (rules.allow_credentials) {
        body["AllowCredentials"] = true;
    }
    put("AllowOrigins", rules.allow_origins);
    put("AllowMethods", rules.allow_methods);
    put("AllowHeaders", rules.allow_headers);
    put("ExposeHeaders", rules.expose_headers);
    if (rules.max_age_s) {
        body["MaxAge"] = *rules.max_age_s;
    }
    return body;
}

nlohmann::json url_json(const Call& call, const FunctionUrl& url) {
    nlohmann::json body;
    body["FunctionUrl"] = call.config.scheme + "://" + url.id + ".lambda-url." +
                          call.config.region + ".localhost:" + std::to_string(call.config.port) +
                          "/";
    body["FunctionArn"] = runtime::function_arn(call.config.region, url.function) +
                          (url.alias.empty() ? "" : ":" + url.alias);
    body["AuthType"] = url.auth == FunctionUrl::Auth::kNone ? "NONE" : "AWS_IAM";
    body["InvokeMode"] = url.mode == FunctionUrl::Mode::kBuffered ? "BUFFERED" : "RESPONSE_STREAM";
    if (url.cors) {
        body["Cors"] = cors_json(*url.cors);
    }
    body["CreationTime"] = iso8601_ms(from_unix_ms(url.created_ms));
    body["LastModifiedTime"] = iso8601_ms(from_unix_ms(url.modified_ms));
    return body;
}

AwsError no_url() {
    return {404, "ResourceNotFoundException", "The resource you requested does not exist."};
}

// A function itself or one of its aliases: a version's number is refused, as on AWS.
Answer<Target> url_target(const Call& call) {
    LAMBENT_TRY(Target target, named_target(call));
    if (target.qualifier == runtime::kLatest) {
        target.qualifier.clear();
    }
    if (is_digits(target.qualifier)) {
        Constraints constraints;
        constraints.pattern("qualifier", target.qualifier, false, kAliasPattern);
        return validation_failed(constraints.message());
    }
    return target;
}

Served create_url(Call call, Target target, UrlChange change) {
    FunctionUrl url;
    url.function = target.function->name;
    url.alias = target.qualifier;
    url = changed_url(std::move(url), change);
    auto created = co_await call.ports.urls.create(std::move(url));
    if (created.has_error()) {
        if (created.error().subject() == "function_url") {
            co_return AwsError(
                409,
                "ResourceConflictException",
                "Failed to create function url config for [functionArn = " + target.arn +
                    "]. Error message:  FunctionUrlConfig exists for this Lambda function"
            );
        }
        co_return from_error(created.error());
    }
    co_return json_response(201, url_json(call, *created));
}

}  // namespace

Served function_url(Call call) {
    LAMBENT_CO_TRY(Target target, url_target(call));
    const std::string function = target.function->name;
    if (call.operation == Operation::kCreateFunctionUrl) {
        LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
        LAMBENT_CO_TRY(UrlChange change, read_url_change(body, call.operation));
        co_return co_await create_url(std::move(call), std::move(target), std::move(change));
    }
    const auto url = call.ports.urls.find(function, target.qualifier);
    if (!url) {
        co_return no_url();
    }
    if (call.operation == Operation::kGetFunctionUrl) {
        co_return json_response(200, url_json(call, *url));
    }
    if (call.operation == Operation::kDeleteFunctionUrl) {
        const auto removed = co_await call.ports.urls.remove(function, target.qualifier);
        if (removed.has_error()) {
            co_return from_error(removed.error());
        }
        co_return no_content();
    }
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(const UrlChange change, read_url_change(body, call.operation));
    auto replaced = co_await call.ports.urls.replace(changed_url(*url, change));
    if (replaced.has_error()) {
        if (replaced.error().code() == Code::kNotFound) {
            co_return no_url();
        }
        co_return from_error(replaced.error());
    }
    co_return json_response(200, url_json(call, *replaced));
}

Served list_function_urls(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const Page page, read_page(call.request.query));
    nlohmann::json urls = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    std::string last;
    for (const FunctionUrl& url : call.ports.urls.list(function->name)) {
        const std::string place = ":" + url.alias;
        if (!page.after.empty() && place <= page.after) {
            continue;
        }
        if (urls.size() == page.limit) {
            body["NextMarker"] = marker_after(last);
            break;
        }
        last = place;
        urls.push_back(url_json(call, url));
    }
    body["FunctionUrlConfigs"] = std::move(urls);
    co_return json_response(200, body);
}

}  // namespace lambent::api::lambda
