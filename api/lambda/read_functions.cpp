#include "api/lambda/function_json.h"
#include "api/lambda/operations.h"
#include "api/lambda/page.h"
#include "api/wire/presigned.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

namespace {

// Where the package can be fetched for ten minutes, by whoever asked, without a signature of
// theirs.
std::string location_of(const Call& call, const runtime::Function& function) {
    PresignedGet get;
    get.scheme = call.request.head.scheme();
    get.host = call.request.head.headers.find("Host").value_or("localhost");
    get.path = "/2015-03-31/functions/" + function.key() + "/code";
    get.region = call.config.region;
    get.service = "lambda";
    get.now = call.ports.clock.wall_now();
    const auto* key = call.ports.credentials.find(call.request.principal.access_key);
    return key == nullptr ? get.scheme + "://" + get.host + get.path : presigned_address(get, *key);
}

}  // namespace

Served get_package(Call call) {
    LAMBENT_CO_TRY(const Target target, named_target(call));
    auto zip = co_await call.ports.packages.read_zip(target.function->package_sha256);
    if (zip.has_error()) {
        co_return from_error(zip.error());
    }
    http::Response response;
    response.headers.add("Content-Type", "application/zip");
    response.body = std::move(zip).value();
    co_return response;
}

Served get_function(Call call) {
    LAMBENT_CO_TRY(const Target target, named_target(call));
    const runtime::FunctionPtr function = target.function;
    nlohmann::json configuration = configuration_json(*function, call.config.region);
    configuration["FunctionArn"] = target.arn;
    if (call.operation == Operation::kGetFunctionConfiguration) {
        co_return json_response(200, configuration);
    }
    nlohmann::json body = {
        {"Configuration", std::move(configuration)},
        {"Code", {{"RepositoryType", "S3"}, {"Location", location_of(call, *function)}}},
    };
    if (!function->tags.empty()) {
        body["Tags"] = function->tags;
    }
    if (const auto slots = call.ports.concurrency.reserved(function->name)) {
        body["Concurrency"]["ReservedConcurrentExecutions"] = *slots;
    }
    co_return json_response(200, body);
}

Served list_functions(Call call) {
    LAMBENT_CO_TRY(const Page page, read_page(call.request.query));
    nlohmann::json functions = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    std::string last;
    for (const runtime::FunctionPtr& function : call.ports.functions.list()) {
        if (function->name <= page.after && !page.after.empty()) {
            continue;
        }
        if (functions.size() == page.limit) {
            body["NextMarker"] = marker_after(last);
            break;
        }
        last = function->name;
        functions.push_back(configuration_json(*function, call.config.region));
    }
    body["Functions"] = std::move(functions);
    co_return json_response(200, body);
}

}  // namespace lambent::api::lambda
