#include "triggers/http/http_event.h"

#include "base/files/content_hash.h"
#include "base/http/uri.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace lambent::triggers {
namespace {

using nlohmann::ordered_json;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

std::string_view trim(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Values of one name, joined by commas, in the order of their first appearance.
class Joined {
  public:
    void add(const std::string& name, std::string_view value) {
        if (values_.contains(name)) {
            std::string joined = values_[name].get<std::string>();
            joined.append(",").append(value);
            values_[name] = std::move(joined);
        } else {
            values_[name] = value;
        }
    }
    const ordered_json& values() const { return values_; }

  private:
    ordered_json values_ = ordered_json::object();
};

ordered_json cookies_of(const HttpFields& fields) {
    ordered_json cookies = ordered_json::array();
    for (const auto& [name, value] : fields) {
        if (lower(name) != "cookie") {
            continue;
        }
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::string_view one = trim(rest.substr(0, rest.find(';')));
            rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
            if (!one.empty()) {
                cookies.push_back(one);
            }
        }
    }
    return cookies;
}

ordered_json headers_of(const HttpFields& fields) {
    Joined headers;
    for (const auto& [name, value] : fields) {
        const std::string key = lower(name);
        if (key != "cookie") {
            headers.add(key, value);
        }
    }
    return headers.values();
}

// What cannot be decoded was refused before; here it would only be left out.
ordered_json parameters_of(const std::string& query) {
    Joined parameters;
    if (const auto items = http::parse_query(query)) {
        for (const auto& [name, value] : *items) {
            parameters.add(name, value);
        }
    }
    return parameters.values();
}

ordered_json context_of(const HttpRequest& request) {
    const std::string& account = request.account;
    ordered_json context;
    context["accountId"] = account;
    context["apiId"] = request.domain_id;
    if (!request.route.authorizer.empty()) {
        context["authorizer"] = ordered_json::parse(request.route.authorizer);
    } else if (request.caller) {
        ordered_json iam;
        iam["accessKey"] = request.caller->access_key;
        iam["accountId"] = account;
        iam["callerId"] = request.caller->access_key;
        iam["cognitoIdentity"] = nullptr;
        iam["principalOrgId"] = nullptr;
        iam["userArn"] = "arn:aws:iam::" + account + ":" + request.caller->name;
        iam["userId"] = request.caller->access_key;
        context["authorizer"]["iam"] = std::move(iam);
    }
    context["domainName"] = request.domain;
    context["domainPrefix"] = request.domain_id;
    ordered_json http;
    http["method"] = request.method;
    http["path"] = request.path;
    http["protocol"] = "HTTP/1.1";
    http["sourceIp"] = request.source_ip;
    http["userAgent"] = "";
    for (const auto& [name, value] : request.fields) {
        if (lower(name) == "user-agent") {
            http["userAgent"] = value;
        }
    }
    context["http"] = std::move(http);
    context["requestId"] = request.request_id;
    context["routeKey"] = request.route.key;
    context["stage"] = request.route.stage;
    context["time"] = log_time(request.time);
    context["timeEpoch"] = unix_ms(request.time);
    return context;
}

// Strict: no overlong forms, no surrogates.
bool is_utf8(std::string_view text) {
    try {
        return !ordered_json(text).dump().empty();
    } catch (const ordered_json::exception&) {
        return false;
    }
}

}  // namespace

bool is_text_type(std::string_view content_type) {
    constexpr std::array<std::string_view, 4> kMarks{"text", "json", "xml", "javascript"};
    const std::string type = lower(content_type.substr(0, content_type.find(';')));
    return std::any_of(kMarks.begin(), kMarks.end(), [&](std::string_view mark) {
        return type.find(mark) != std::string::npos;
    });
}

std::string log_time(WallTime time) {
    const std::string date = http_date(time);  // "Thu, 12 Mar 2020 19:03:58 GMT"
    return date.substr(5, 2) + "/" + date.substr(8, 3) + "/" + date.substr(12, 4) + ":" +
           date.substr(17, 8) + " +0000";
}

std::string http_event(const HttpRequest& request) {
    ordered_json event;
    event["version"] = "2.0";
    event["routeKey"] = request.route.key;
    event["rawPath"] = request.path;
    event["rawQueryString"] = request.query;
    if (ordered_json cookies = cookies_of(request.fields); !cookies.empty()) {
        event["cookies"] = std::move(cookies);
    }
    event["headers"] = headers_of(request.fields);
    if (ordered_json parameters = parameters_of(request.query); !parameters.empty()) {
        event["queryStringParameters"] = std::move(parameters);
    }
    event["requestContext"] = context_of(request);
    if (!request.route.parameters.empty()) {
        event["pathParameters"] = request.route.parameters;
    }
    if (!request.route.stage_variables.empty()) {
        event["stageVariables"] = request.route.stage_variables;
    }
    bool is_base64 = false;
    if (!request.body.empty()) {
        std::string type;
        for (const auto& [name, value] : request.fields) {
            if (lower(name) == "content-type") {
                type = value;
            }
        }
        is_base64 = !is_text_type(type) || !is_utf8(request.body);
        event["body"] = is_base64 ? to_base64(request.body) : request.body;
    }
    event["isBase64Encoded"] = is_base64;
    return event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace lambent::triggers
