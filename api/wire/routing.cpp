#include "api/wire/routing.h"

#include "base/result.h"

#include <boost/beast/core/string.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace lambent::api {
namespace {

constexpr std::string_view kAdminPrefix = "/_lambent/";
constexpr std::string_view kLogsTarget = "Logs_20140328.";
constexpr std::string_view kAutoscalingTarget = "AnyScaleFrontendService.";
constexpr std::string_view kEventsTarget = "AWSEvents.";
constexpr std::string_view kSqsTarget = "AmazonSQS.";
constexpr std::string_view kLocalhost = "localhost";
constexpr std::uint64_t kApiBytesMax = 10 * 1024 * 1024;
constexpr std::uint64_t kInvokeBytesMax = 6 * 1024 * 1024;
constexpr std::uint64_t kFunctionBytesMax = 69'905'067;  // 50 MB of zip in base64, as AWS has it
constexpr std::uint64_t kOtherBytesMax = 8 * 1024 * 1024;

struct Known {
    std::string_view scope;
    ServiceName service;
};
constexpr std::array kKnown = {
    Known{"lambda", ServiceName::kLambda},
    Known{"s3", ServiceName::kS3},
    Known{"logs", ServiceName::kLogs},
    Known{"sts", ServiceName::kSts},
    Known{"application-autoscaling", ServiceName::kAutoscaling},
    Known{"events", ServiceName::kEvents},
    Known{"scheduler", ServiceName::kScheduler},
    Known{"sqs", ServiceName::kSqs},
    Known{"sns", ServiceName::kSns},
    Known{"apigateway", ServiceName::kApiGateway},
    Known{"lambent", ServiceName::kAdmin},
};

// How the addresses of functions look.
struct AddressForm {
    FunctionAddress::Kind kind;
    std::string_view domain;
    std::size_t id_bytes;
    std::string_view prefix;
};
constexpr std::array kAddressForms = {
    AddressForm{FunctionAddress::Kind::kUrl, ".lambda-url.", 32, "/_url/"},
    AddressForm{FunctionAddress::Kind::kApi, ".execute-api.", 10, "/_api/"},
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "/2015-03-31/…"
bool has_date_path(std::string_view path) {
    constexpr std::string_view kShape = "/0000-00-00/";
    if (path.size() < kShape.size()) {
        return false;
    }
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        if (kShape[i] == '0' ? !is_digit(path[i]) : path[i] != kShape[i]) {
            return false;
        }
    }
    return true;
}

bool has_form(const http::RequestHead& head) {
    const auto type = head.headers.find("content-type").value_or("");
    return head.method == "POST" && type.starts_with("application/x-www-form-urlencoded");
}

bool is_form(const http::RequestHead& head) {
    return head.path == "/" && has_form(head);
}

// SQS's Query protocol, unsigned: a form or an Action for the address of a queue, "/<account>/…",
// which no bucket is called.
bool is_queue_call(const http::RequestHead& head, const http::QueryItems& query) {
    constexpr std::string_view kAccountPath = "/000000000000/";
    return head.path.starts_with(kAccountPath) &&
           (has_form(head) || http::find_item(query, "Action").has_value());
}

// SNS's Query protocol, unsigned, with its parameters in the address: the links of notifications.
bool is_topic_call(const http::RequestHead& head, const http::QueryItems& query) {
    const auto action = http::find_item(query, "Action").value_or("");
    return head.path == "/" && (http::find_item(query, "Version") == "2010-03-31" ||
                                action == "ConfirmSubscription" || action == "Unsubscribe");
}

bool same_text(std::string_view a, std::string_view b) {
    return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

bool is_loopback_address(std::string_view name) {
    if (name == "[::1]") {
        return true;
    }
    in_addr address{};
    const std::string text(name);
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1 && text.starts_with("127.");
}

bool is_localhost_name(std::string_view name) {
    if (name.size() < kLocalhost.size()) {
        return false;
    }
    const std::string_view labels = name.substr(0, name.size() - kLocalhost.size());
    const auto is_label = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '.' || c == '_';
    };
    return same_text(name.substr(labels.size()), kLocalhost) &&
           (labels.empty() || labels.ends_with('.')) && !labels.starts_with('.') &&
           std::all_of(labels.begin(), labels.end(), is_label);
}

// Without the port.
std::string_view name_of(std::string_view host) {
    return host.ends_with(']') ? host : host.substr(0, host.rfind(':'));
}

std::optional<FunctionAddress> address_by_path(std::string_view path) {
    for (const AddressForm& form : kAddressForms) {
        if (!path.starts_with(form.prefix)) {
            continue;
        }
        const std::string_view rest = path.substr(form.prefix.size());
        const std::string_view named = rest.substr(0, rest.find('/'));
        FunctionAddress address;
        address.kind = form.kind;
        address.by_path = true;
        (form.kind == FunctionAddress::Kind::kUrl ? address.reference : address.id) = named;
        address.path = rest.substr(named.size());
        return address;
    }
    return std::nullopt;
}

// One segment between `before` and `behind`.
bool has_shape(std::string_view path, std::string_view before, std::string_view behind) {
    if (!path.starts_with(before) || !path.ends_with(behind) ||
        path.size() <= before.size() + behind.size()) {
        return false;
    }
    const std::size_t bytes = path.size() - before.size() - behind.size();
    return path.substr(before.size(), bytes).find('/') == std::string_view::npos;
}

}  // namespace

ServiceName find_service(
    const http::RequestHead& head,
    const http::QueryItems& query,
    const std::optional<Authorization>& authorization
) {
    if (is_website_host(head.headers.find("host").value_or(""))) {
        return ServiceName::kS3;
    }
    if (head.path.starts_with(kAdminPrefix)) {
        return ServiceName::kAdmin;
    }
    if (authorization) {
        for (const Known& known : kKnown) {
            if (known.scope == authorization->scope.service) {
                return known.service == ServiceName::kAdmin ? ServiceName::kUnknown : known.service;
            }
        }
        return ServiceName::kUnknown;
    }
    if (const auto target = head.headers.find("x-amz-target")) {
        if (target->starts_with(kSqsTarget)) {
            return ServiceName::kSqs;
        }
        if (target->starts_with(kAutoscalingTarget)) {
            return ServiceName::kAutoscaling;
        }
        if (target->starts_with(kEventsTarget)) {
            return ServiceName::kEvents;
        }
        return target->starts_with(kLogsTarget) ? ServiceName::kLogs : ServiceName::kUnknown;
    }
    if (has_date_path(head.path)) {
        return ServiceName::kLambda;
    }
    if (is_queue_call(head, query)) {
        return ServiceName::kSqs;
    }
    if (is_topic_call(head, query)) {
        return ServiceName::kSns;
    }
    if (is_form(head) || (head.path == "/" && http::find_item(query, "Action"))) {
        return ServiceName::kSts;
    }
    return ServiceName::kS3;
}

Style style_of(ServiceName service, const http::RequestHead& head) {
    switch (service) {
        case ServiceName::kS3:
            return Style::kS3;
        case ServiceName::kLogs:
        case ServiceName::kAutoscaling:
        case ServiceName::kEvents:
            return Style::kJsonRpc;
        case ServiceName::kSqs:
            return head.headers.find("x-amz-target") ? Style::kJsonRpc : Style::kQuery;
        case ServiceName::kSts:
        case ServiceName::kSns:
            return Style::kQuery;
        case ServiceName::kLambda:
        case ServiceName::kScheduler:
        case ServiceName::kAdmin:
        case ServiceName::kApiGateway:
        case ServiceName::kUnknown:
            return Style::kRestJson;
        case ServiceName::kFunctionUrl:
            return Style::kFunctionUrl;
        case ServiceName::kHttpApi:
            return Style::kHttpApi;
    }
    LAMBENT_ASSERT(false);
}

std::optional<FunctionAddress> function_address(const http::RequestHead& head) {
    const std::string_view host = name_of(head.headers.find("host").value_or(""));
    if (is_loopback_address(host) || same_text(host, kLocalhost)) {
        return address_by_path(head.path);
    }
    for (const AddressForm& form : kAddressForms) {
        if (host.size() <= form.id_bytes + form.domain.size() + kLocalhost.size() + 1 ||
            !same_text(host.substr(form.id_bytes, form.domain.size()), form.domain) ||
            !is_localhost_name(host)) {
            continue;
        }
        FunctionAddress address;
        address.kind = form.kind;
        address.id = host.substr(0, form.id_bytes);
        address.region = host.substr(form.id_bytes + form.domain.size());
        address.region.remove_suffix(kLocalhost.size() + 1);
        address.path = head.path;
        return address;
    }
    return std::nullopt;
}

bool is_own_host(std::string_view host, std::uint16_t port) {
    std::string_view name = host;
    const std::size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && !host.ends_with(']')) {
        name = host.substr(0, colon);
        const std::string_view digits = host.substr(colon + 1);
        std::uint16_t number = 0;
        const char* const last = digits.data() + digits.size();
        const auto [end, failed] = std::from_chars(digits.data(), last, number);
        if (failed != std::errc() || end != last || (port != 0 && number != port)) {
            return false;
        }
    }
    return is_loopback_address(name) || is_localhost_name(name);
}

bool is_certified_host(std::string_view host, const std::vector<std::string>& names) {
    std::string_view name = name_of(host);
    if (name.starts_with('[') && name.ends_with(']')) {
        name = name.substr(1, name.size() - 2);
    }
    return std::any_of(names.begin(), names.end(), [&](std::string_view certified) {
        if (!certified.starts_with("*.")) {
            return same_text(certified, name);
        }
        const std::size_t dot = std::min(name.find('.'), name.size());
        return dot > 0 && same_text(certified.substr(1), name.substr(dot));
    });
}

std::string_view website_bucket(std::string_view host) {
    constexpr std::string_view kDomain = ".s3-website.localhost";
    host = host.substr(0, host.rfind(':'));
    return host.ends_with(kDomain) ? host.substr(0, host.size() - kDomain.size())
                                   : std::string_view();
}

bool is_website_host(std::string_view host) {
    return !website_bucket(host).empty();
}

bool is_cross_origin(const http::RequestHead& head) {
    const auto site = head.headers.find("sec-fetch-site");
    if (site && *site != "same-origin" && *site != "none") {
        return true;
    }
    const auto origin = head.headers.find("origin");
    if (!origin) {
        return false;
    }
    const std::string own =
        std::string(head.scheme()) + "://" + std::string(head.headers.find("host").value_or(""));
    return head.headers.count("origin") > 1 || !same_text(*origin, own);
}

bool is_normal_path(std::string_view path) {
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == ".." || (segment.empty() && !path.empty())) {
            return false;
        }
        path.remove_prefix(segment.size());
    }
    return true;
}

bool is_invoke(const http::RequestHead& head) {
    return head.method == "POST" &&
           (has_shape(head.path, "/2015-03-31/functions/", "/invocations") ||
            has_shape(head.path, "/2021-11-15/functions/", "/response-streaming-invocations"));
}

std::uint64_t body_bytes_max(ServiceName service, const http::RequestHead& head) {
    if (service == ServiceName::kFunctionUrl) {
        return kInvokeBytesMax;
    }
    if (service == ServiceName::kHttpApi) {
        return kApiBytesMax;
    }
    if (service == ServiceName::kLambda) {
        return is_invoke(head) ? kInvokeBytesMax : kFunctionBytesMax;
    }
    return kOtherBytesMax;
}

}  // namespace lambent::api
