#include "api/lambda/function_json.h"
#include "api/lambda/operations.h"
#include "api/wire/constraints.h"
#include "api/wire/presigned.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace lambent::api::lambda {

namespace {

constexpr std::int64_t kPageMax = 50;  // AWS never answers more, whatever MaxItems says
constexpr std::int64_t kMaxItemsMax = 10'000;

struct Page {
    std::size_t limit = kPageMax;
    std::string after;  // the last name of the page before
};

Answer<Page> read_page(const http::QueryItems& query) {
    Page page;
    if (const auto text = http::find_item(query, "MaxItems")) {
        std::int64_t items = 0;
        const auto parsed = std::from_chars(text->data(), text->data() + text->size(), items);
        if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) {
            return wrong_type("STRING_VALUE can not be converted to an Integer");
        }
        Constraints constraints;
        constraints.range("maxItems", items, 1, kMaxItemsMax);
        if (!constraints.hold()) {
            return validation_failed(constraints.message());
        }
        page.limit = static_cast<std::size_t>(std::min(items, kPageMax));
    }
    if (const auto marker = http::find_item(query, "Marker"); marker && !marker->empty()) {
        if (!from_base64(*marker, page.after)) {
            return invalid_parameter("The provided marker is invalid.");
        }
    }
    return page;
}

// Where the package can be fetched for ten minutes, by whoever asked, without a signature of
// theirs.
std::string location_of(const Call& call, const runtime::Function& function) {
    PresignedGet get;
    get.host = call.request.head.headers.find("Host").value_or("localhost");
    get.path = "/2015-03-31/functions/" + function.name + "/code";
    get.region = call.config.region;
    get.service = "lambda";
    get.now = call.ports.clock.wall_now();
    const auto* key = call.ports.credentials.find(call.request.principal.access_key);
    return key == nullptr ? "http://" + get.host + get.path : presigned_address(get, *key);
}

}  // namespace

Served get_package(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    auto zip = co_await call.ports.packages.read_zip(function->package_sha256);
    if (zip.has_error()) {
        co_return from_error(zip.error());
    }
    http::Response response;
    response.headers.add("Content-Type", "application/zip");
    response.body = std::move(zip).value();
    co_return response;
}

Served get_function(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    nlohmann::json configuration = configuration_json(*function, call.config.region);
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
            body["NextMarker"] = to_base64(last);
            break;
        }
        last = function->name;
        functions.push_back(configuration_json(*function, call.config.region));
    }
    body["Functions"] = std::move(functions);
    co_return json_response(200, body);
}

Served read_function_detail(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    nlohmann::json body = nlohmann::json::object();
    if (call.operation == Operation::kListAliases) {
        body["Aliases"] = nlohmann::json::array();
    } else if (call.operation == Operation::kListVersions) {
        nlohmann::json latest = configuration_json(*function, call.config.region);
        latest["FunctionArn"] = function->arn(call.config.region) + ":$LATEST";
        body["Versions"] = nlohmann::json::array({std::move(latest)});
    }
    co_return json_response(200, body);
}

}  // namespace lambent::api::lambda
