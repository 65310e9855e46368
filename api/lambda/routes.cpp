#include "api/lambda/routes.h"

#include "base/result.h"

#include <algorithm>
#include <array>

namespace lambent::api::lambda {

namespace {

struct Pattern {
    std::string_view method;
    std::string_view before;  // the subject stands between these two
    std::string_view after;
    Operation operation;
};

constexpr std::string_view kFunctions = "/2015-03-31/functions/";
constexpr std::string_view kTags = "/2017-03-31/tags/";
constexpr std::string_view kConcurrency = "/2019-09-30/functions/";
constexpr std::string_view kProvisioned = "/provisioned-concurrency";
constexpr std::string_view kReservation = "/2017-10-31/functions/";
constexpr std::string_view kAccountSettings = "/2016-08-19/account-settings";
constexpr std::string_view kEventInvoke = "/2019-09-25/functions/";
constexpr std::string_view kMappings = "/2015-03-31/event-source-mappings/";
constexpr std::string_view kEventInvokeTail = "/event-invoke-config";
constexpr std::string_view kEventInvokeList = "/event-invoke-config/list";
constexpr std::string_view kRecursion = "/2024-08-31/functions/";
constexpr std::string_view kRecursionTail = "/recursion-config";
constexpr std::string_view kStreaming = "/2021-11-15/functions/";
constexpr std::string_view kStreamingTail = "/response-streaming-invocations";
constexpr std::string_view kUrls = "/2021-10-31/functions/";

// The most frequent first.
constexpr std::array kPatterns{
    Pattern{"POST", kFunctions, "/invocations", Operation::kInvoke},
    Pattern{"GET", kFunctions, "", Operation::kGetFunction},
    Pattern{"GET", kFunctions, "/configuration", Operation::kGetFunctionConfiguration},
    Pattern{"PUT", kFunctions, "/configuration", Operation::kUpdateFunctionConfiguration},
    Pattern{"PUT", kFunctions, "/code", Operation::kUpdateFunctionCode},
    Pattern{"GET", kFunctions, "/code", Operation::kGetPackage},
    Pattern{"DELETE", kFunctions, "", Operation::kDeleteFunction},
    Pattern{"POST", kFunctions, "/versions", Operation::kPublishVersion},
    Pattern{"GET", kFunctions, "/versions", Operation::kListVersions},
    Pattern{"POST", kFunctions, "/aliases", Operation::kCreateAlias},
    Pattern{"GET", kFunctions, "/aliases", Operation::kListAliases},
    Pattern{"GET", kConcurrency, "/concurrency", Operation::kGetConcurrency},
    Pattern{"PUT", kReservation, "/concurrency", Operation::kPutConcurrency},
    Pattern{"DELETE", kReservation, "/concurrency", Operation::kDeleteConcurrency},
    Pattern{"GET", kConcurrency, kProvisioned, Operation::kGetProvisioned},
    Pattern{"PUT", kConcurrency, kProvisioned, Operation::kPutProvisioned},
    Pattern{"DELETE", kConcurrency, kProvisioned, Operation::kDeleteProvisioned},
    Pattern{"GET", kEventInvoke, kEventInvokeTail, Operation::kGetEventInvokeConfig},
    Pattern{"PUT", kEventInvoke, kEventInvokeTail, Operation::kPutEventInvokeConfig},
    Pattern{"POST", kEventInvoke, kEventInvokeTail, Operation::kUpdateEventInvokeConfig},
    Pattern{"DELETE", kEventInvoke, kEventInvokeTail, Operation::kDeleteEventInvokeConfig},
    Pattern{"GET", kEventInvoke, kEventInvokeList, Operation::kListEventInvokeConfigs},
    Pattern{"GET", kRecursion, kRecursionTail, Operation::kGetRecursionConfig},
    Pattern{"PUT", kRecursion, kRecursionTail, Operation::kPutRecursionConfig},
    Pattern{"GET", kMappings, "", Operation::kGetMapping},
    Pattern{"PUT", kMappings, "", Operation::kUpdateMapping},
    Pattern{"DELETE", kMappings, "", Operation::kDeleteMapping},
    Pattern{"POST", kStreaming, kStreamingTail, Operation::kInvokeWithResponseStream},
    Pattern{"POST", kUrls, "/url", Operation::kCreateFunctionUrl},
    Pattern{"GET", kUrls, "/url", Operation::kGetFunctionUrl},
    Pattern{"PUT", kUrls, "/url", Operation::kUpdateFunctionUrl},
    Pattern{"DELETE", kUrls, "/url", Operation::kDeleteFunctionUrl},
    Pattern{"GET", kUrls, "/urls", Operation::kListFunctionUrls},
    Pattern{"GET", kTags, "", Operation::kListTags},
    Pattern{"POST", kTags, "", Operation::kTagResource},
    Pattern{"DELETE", kTags, "", Operation::kUntagResource},
};

// What stands in the pattern's gap: one non-empty path segment.
std::optional<std::string_view> subject_of(const Pattern& pattern, std::string_view path) {
    if (!path.starts_with(pattern.before) || !path.ends_with(pattern.after) ||
        path.size() <= pattern.before.size() + pattern.after.size()) {
        return std::nullopt;
    }
    path.remove_prefix(pattern.before.size());
    path.remove_suffix(pattern.after.size());
    if (path.find('/') != std::string_view::npos) {
        return std::nullopt;
    }
    return path;
}

std::optional<Route> collection_route(std::string_view method, Operation create, Operation list) {
    if (method == "POST") {
        return Route{create, {}, {}};
    }
    if (method == "GET") {
        return Route{list, {}, {}};
    }
    return std::nullopt;
}

// ".../functions/NAME/aliases/ALIAS"
std::optional<Route> alias_route(std::string_view method, std::string_view path) {
    constexpr std::string_view kBetween = "/aliases/";
    const auto between = path.find(kBetween);
    if (!path.starts_with(kFunctions) || between == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view function = path.substr(kFunctions.size(), between - kFunctions.size());
    const std::string_view alias = path.substr(between + kBetween.size());
    if (function.empty() || alias.empty() || function.find('/') != std::string_view::npos ||
        alias.find('/') != std::string_view::npos) {
        return std::nullopt;
    }
    Route route{Operation::kGetAlias, std::string(function), std::string(alias)};
    if (method == "PUT") {
        route.operation = Operation::kUpdateAlias;
    } else if (method == "DELETE") {
        route.operation = Operation::kDeleteAlias;
    } else if (method != "GET") {
        return std::nullopt;
    }
    return route;
}

struct Action {
    Operation operation;
    std::string_view name;
};

// As AWS names them in messages and policies; every operation has its line.
constexpr std::array kActions{
    Action{Operation::kInvoke, "InvokeFunction"},
    Action{Operation::kInvokeWithResponseStream, "InvokeFunction"},
    Action{Operation::kCreateFunction, "CreateFunction"},
    Action{Operation::kGetFunction, "GetFunction"},
    Action{Operation::kGetPackage, "GetFunction"},
    Action{Operation::kGetFunctionConfiguration, "GetFunctionConfiguration"},
    Action{Operation::kListFunctions, "ListFunctions"},
    Action{Operation::kUpdateFunctionCode, "UpdateFunctionCode"},
    Action{Operation::kUpdateFunctionConfiguration, "UpdateFunctionConfiguration"},
    Action{Operation::kDeleteFunction, "DeleteFunction"},
    Action{Operation::kPublishVersion, "PublishVersion"},
    Action{Operation::kListVersions, "ListVersionsByFunction"},
    Action{Operation::kCreateAlias, "CreateAlias"},
    Action{Operation::kGetAlias, "GetAlias"},
    Action{Operation::kUpdateAlias, "UpdateAlias"},
    Action{Operation::kDeleteAlias, "DeleteAlias"},
    Action{Operation::kListAliases, "ListAliases"},
    Action{Operation::kGetConcurrency, "GetFunctionConcurrency"},
    Action{Operation::kPutConcurrency, "PutFunctionConcurrency"},
    Action{Operation::kDeleteConcurrency, "DeleteFunctionConcurrency"},
    Action{Operation::kGetProvisioned, "GetProvisionedConcurrencyConfig"},
    Action{Operation::kPutProvisioned, "PutProvisionedConcurrencyConfig"},
    Action{Operation::kDeleteProvisioned, "DeleteProvisionedConcurrencyConfig"},
    Action{Operation::kListProvisioned, "ListProvisionedConcurrencyConfigs"},
    Action{Operation::kGetAccountSettings, "GetAccountSettings"},
    Action{Operation::kGetEventInvokeConfig, "GetFunctionEventInvokeConfig"},
    Action{Operation::kPutEventInvokeConfig, "PutFunctionEventInvokeConfig"},
    Action{Operation::kUpdateEventInvokeConfig, "UpdateFunctionEventInvokeConfig"},
    Action{Operation::kDeleteEventInvokeConfig, "DeleteFunctionEventInvokeConfig"},
    Action{Operation::kListEventInvokeConfigs, "ListFunctionEventInvokeConfigs"},
    Action{Operation::kGetRecursionConfig, "GetFunctionRecursionConfig"},
    Action{Operation::kPutRecursionConfig, "PutFunctionRecursionConfig"},
    Action{Operation::kCreateMapping, "CreateEventSourceMapping"},
    Action{Operation::kListMappings, "ListEventSourceMappings"},
    Action{Operation::kGetMapping, "GetEventSourceMapping"},
    Action{Operation::kUpdateMapping, "UpdateEventSourceMapping"},
    Action{Operation::kDeleteMapping, "DeleteEventSourceMapping"},
    Action{Operation::kCreateFunctionUrl, "CreateFunctionUrlConfig"},
    Action{Operation::kGetFunctionUrl, "GetFunctionUrlConfig"},
    Action{Operation::kUpdateFunctionUrl, "UpdateFunctionUrlConfig"},
    Action{Operation::kDeleteFunctionUrl, "DeleteFunctionUrlConfig"},
    Action{Operation::kListFunctionUrls, "ListFunctionUrlConfigs"},
    Action{Operation::kListTags, "ListTags"},
    Action{Operation::kTagResource, "TagResource"},
    Action{Operation::kUntagResource, "UntagResource"},
};

}  // namespace

std::optional<Route> find_route(
    std::string_view method, std::string_view path, const http::QueryItems& query
) {
    if (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    if (path == kFunctions.substr(0, kFunctions.size() - 1)) {
        return collection_route(method, Operation::kCreateFunction, Operation::kListFunctions);
    }
    if (path == kMappings.substr(0, kMappings.size() - 1)) {
        return collection_route(method, Operation::kCreateMapping, Operation::kListMappings);
    }
    if (path == kAccountSettings && method == "GET") {
        return Route{Operation::kGetAccountSettings, {}, {}};
    }
    for (const Pattern& pattern : kPatterns) {
        if (pattern.method != method) {
            continue;
        }
        if (const auto subject = subject_of(pattern, path)) {
            Route route{pattern.operation, std::string(*subject), {}};
            if (pattern.operation == Operation::kGetProvisioned &&
                http::find_item(query, "List") == "ALL") {
                route.operation = Operation::kListProvisioned;
            }
            return route;
        }
    }
    return alias_route(method, path);
}

std::string_view action_name(Operation operation) {
    const auto is_it = [operation](const Action& action) {
        return action.operation == operation;
    };
    const auto found = std::find_if(kActions.begin(), kActions.end(), is_it);
    LAMBENT_ASSERT(found != kActions.end());
    return found->name;
}

}  // namespace lambent::api::lambda
