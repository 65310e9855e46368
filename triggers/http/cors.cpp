#include "triggers/http/cors.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace lambent::triggers {
namespace {

bool is_alike(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

std::optional<std::string> field(const HttpRequest& request, std::string_view name) {
    for (const auto& [key, value] : request.fields) {
        if (is_alike(key, name)) {
            return value;
        }
    }
    return std::nullopt;
}

bool has(const std::vector<std::string>& list, std::string_view wanted) {
    return std::any_of(list.begin(), list.end(), [&](const std::string& one) {
        return is_alike(one, wanted);
    });
}

std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& one : list) {
        text += (text.empty() ? "" : ",") + one;
    }
    return text;
}

void add_list(HttpFields& fields, const char* name, const std::vector<std::string>& list) {
    if (!list.empty()) {
        fields.emplace_back(name, joined(list));
    }
}

}  // namespace

bool is_preflight(const HttpRequest& request) {
    return request.method == "OPTIONS" && field(request, "origin") &&
           field(request, "access-control-request-method");
}

HttpFields cors_fields(const CorsRules& rules, const HttpRequest& request) {
    const auto origin = field(request, "origin");
    const bool is_any = has(rules.allow_origins, "*");
    if (!origin || (!is_any && !has(rules.allow_origins, *origin))) {
        return {};
    }
    HttpFields fields;
    // A browser takes no "*" for a request with credentials, and so any page's is not one of those.
    fields.emplace_back("Access-Control-Allow-Origin", is_any ? "*" : *origin);
    if (!is_any) {
        fields.emplace_back("Vary", "Origin");
    }
    if (rules.allow_credentials) {
        fields.emplace_back("Access-Control-Allow-Credentials", "true");
    }
    if (!is_preflight(request)) {
        add_list(fields, "Access-Control-Expose-Headers", rules.expose_headers);
        return fields;
    }
    add_list(fields, "Access-Control-Allow-Methods", rules.allow_methods);
    add_list(fields, "Access-Control-Allow-Headers", rules.allow_headers);
    if (rules.max_age_s) {
        fields.emplace_back("Access-Control-Max-Age", std::to_string(*rules.max_age_s));
    }
    return fields;
}

bool is_cors_field(std::string_view name) {
    constexpr std::string_view kPrefix = "access-control-";
    return is_alike(name.substr(0, kPrefix.size()), kPrefix);
}

}  // namespace lambent::triggers
