#pragma once

#include "base/http/uri.h"

#include <optional>
#include <string>
#include <string_view>

namespace lambent::api::lambda {

enum class Operation {
    kInvoke,
    kInvokeWithResponseStream,
    kCreateFunction,
    kGetFunction,
    kGetFunctionConfiguration,
    kGetPackage,  // where GetFunction's Code.Location leads
    kListFunctions,
    kUpdateFunctionCode,
    kUpdateFunctionConfiguration,
    kDeleteFunction,
    kPublishVersion,
    kListVersions,
    kCreateAlias,
    kListAliases,
    kGetAlias,
    kUpdateAlias,
    kDeleteAlias,
    kGetConcurrency,
    kPutConcurrency,
    kDeleteConcurrency,
    kGetProvisioned,
    kPutProvisioned,
    kDeleteProvisioned,
    kListProvisioned,
    kGetAccountSettings,
    kGetEventInvokeConfig,
    kPutEventInvokeConfig,
    kUpdateEventInvokeConfig,
    kDeleteEventInvokeConfig,
    kListEventInvokeConfigs,
    kGetRecursionConfig,
    kPutRecursionConfig,
    kCreateMapping,
    kListMappings,
    kGetMapping,
    kUpdateMapping,
    kDeleteMapping,
    kCreateFunctionUrl,
    kGetFunctionUrl,
    kUpdateFunctionUrl,
    kDeleteFunctionUrl,
    kListFunctionUrls,
    kListTags,
    kTagResource,
    kUntagResource,
};

struct Route {
    Operation operation;
    std::string subject;  // the function's name or ARN, or a mapping's UUID; may be empty
    std::string alias;    // of operations on one alias
};

// Which operation of the Lambda API a request means. `path` and `query` are decoded.
std::optional<Route> find_route(
    std::string_view method, std::string_view path, const http::QueryItems& query = {}
);

// The name of the operation as policies and error messages write it.
std::string_view action_name(Operation operation);

}  // namespace lambent::api::lambda
