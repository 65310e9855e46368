#include "triggers/gateway/authorizer.h"

#include "base/http/uri.h"
#include "base/json_depth.h"
#include "triggers/gateway/invoke_policy.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

namespace lambent::triggers {
namespace {

using nlohmann::json;

constexpr std::string_view kHeader = "$request.header.";
constexpr std::string_view kQuery = "$request.querystring.";
constexpr std::string_view kVariable = "$stageVariables.";
constexpr std::size_t kContextBytesMax = 8 * 1024;  // what requests carry on, and memory keeps

// What "$context.NAME" means, as far as it can be known before the integration is called.
struct ContextName {
    std::string_view name;
    std::function<std::string(const HttpRequest&)> value;
};
const std::array<ContextName, 6>& context_names() {
    static const std::array<ContextName, 6> kNames{{
        {"$context.httpMethod",
         [](const HttpRequest& r) {
             return r.method;
         }},
        {"$context.path",
         [](const HttpRequest& r) {
             return r.path;
         }},
        {"$context.routeKey",
         [](const HttpRequest& r) {
             return r.route.key;
         }},
        {"$context.stage",
         [](const HttpRequest& r) {
             return r.route.stage;
         }},
        {"$context.domainName",
         [](const HttpRequest& r) {
             return r.domain;
         }},
        {"$context.identity.sourceIp",
         [](const HttpRequest& r) {
             return r.source_ip;
         }},
    }};
    return kNames;
}

bool is_named(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

// Empty when there is none, or more than one, however their names are written: functions may take
// another of them than the one that is checked here.
std::string only_value(const HttpFields& fields, std::string_view name) {
    const std::string* only = nullptr;
    for (const auto& [key, value] : fields) {
        if (is_named(key, name)) {
            if (only != nullptr) {
                return "";
            }
            only = &value;
        }
    }
    return only == nullptr ? "" : *only;
}

// The same; but an item of another case alone is another item.
std::string query_value(const HttpRequest& request, std::string_view name) {
    const auto items = http::parse_query(request.query);
    return items.has_value() && http::find_item(*items, name) ? only_value(*items, name) : "";
}

std::string source_value(const std::string& source, const HttpRequest& request) {
    const std::string_view text = source;
    if (text.starts_with(kHeader)) {
        return only_value(request.fields, text.substr(kHeader.size()));
    }
    if (text.starts_with(kQuery)) {
        return query_value(request, text.substr(kQuery.size()));
    }
    if (text.starts_with(kVariable)) {
        const auto& variables = request.route.stage_variables;
        const auto found = variables.find(source.substr(kVariable.size()));
        return found == variables.end() ? "" : found->second;
    }
    for (const ContextName& known : context_names()) {
        if (known.name == text) {
            return known.value(request);
        }
    }
    return "";
}

// null, when the object has no such member.
const json& part_of(const json& object, const char* name) {
    static const json kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

}  // namespace

bool is_identity_source(const std::string& source) {
    const std::string_view text = source;
    for (const std::string_view prefix : {kHeader, kQuery, kVariable}) {
        if (text.starts_with(prefix) && text.size() > prefix.size()) {
            return true;
        }
    }
    const auto& names = context_names();
    return std::any_of(names.begin(), names.end(), [&](const ContextName& known) {
        return known.name == text;
    });
}

std::optional<std::vector<std::string>> identity_of(
    const ApiAuthorizer& authorizer, const HttpRequest& request
) {
    std::vector<std::string> values;
    for (const std::string& source : authorizer.identity_sources) {
        std::string value = source_value(source, request);
        if (value.empty()) {
            return std::nullopt;
        }
        values.push_back(std::move(value));
    }
    return values;
}

std::string authorizer_event(
    const HttpRequest& request,
    const std::vector<std::string>& identity,
    const std::string& route_arn
) {
    HttpRequest asked = request;
    asked.body.clear();
    nlohmann::ordered_json event = nlohmann::ordered_json::parse(http_event(asked));
    event["type"] = "REQUEST";
    event["routeArn"] = route_arn;
    event["identitySource"] = identity;
    event.erase("isBase64Encoded");
    return event.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::optional<Verdict> verdict_of(
    const ApiAuthorizer& authorizer, const std::string& payload, const std::string& route_arn
) {
    const auto answer = parse_shallow_json(payload);
    if (!answer || !answer->is_object()) {
        return std::nullopt;
    }
    Verdict verdict;
    if (authorizer.simple_responses) {
        const json& said = part_of(*answer, "isAuthorized");
        if (!said.is_boolean()) {
            return std::nullopt;
        }
        verdict.is_allowed = said.get<bool>();
    } else {
        const json& policy = part_of(*answer, "policyDocument");
        if (!is_usable_policy(policy)) {
            return std::nullopt;
        }
        verdict.is_allowed = ruling_of(policy, route_arn) == Ruling::kAllowed;
    }
    const json& context = part_of(*answer, "context");
    if (context.is_object()) {
        verdict.context = context.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    if (verdict.context.size() > kContextBytesMax) {
        return std::nullopt;
    }
    return verdict;
}

}  // namespace lambent::triggers
