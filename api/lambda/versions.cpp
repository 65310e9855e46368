#include "api/lambda/function_json.h"
#include "api/lambda/operations.h"
#include "api/lambda/page.h"
#include "api/wire/json_fields.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

namespace {

constexpr std::size_t kVersionDescriptionMax = 256;

struct PublishRequest {
    runtime::Publication publication;
    std::string code_sha256;  // base64; empty: any
};

Answer<PublishRequest> read_publication(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    PublishRequest request;
    request.publication.description = fields.text("Description");
    request.publication.revision = fields.text("RevisionId").value_or("");
    request.code_sha256 = fields.text("CodeSha256").value_or("");
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (request.publication.description.value_or("").size() > kVersionDescriptionMax) {
        return invalid_parameter("Description must be at most 256 characters.");
    }
    return request;
}

AwsError other_code(const std::string& given, const std::string& current) {
    return invalid_parameter(
        "CodeSHA256 (" + given + ") is different from current CodeSHA256 in $LATEST (" + current +
        "). Please try again with the CodeSHA256 in $LATEST."
    );
}

nlohmann::json listed(const runtime::Function& version, const std::string& region) {
    nlohmann::json described = configuration_json(version, region);
    described["FunctionArn"] = version.arn(region) + ":" + version.version();
    return described;
}

}  // namespace

Task<Answer<runtime::FunctionPtr>> publish(
    const Call& call, std::string name, runtime::Publication asked
) {
    runtime::Function named;
    named.name = name;
    const std::string arn = named.arn(call.config.region);
    auto published = co_await call.ports.functions.publish(std::move(name), std::move(asked));
    if (published.has_error()) {
        co_return from_error(published.error(), arn);
    }
    co_return std::move(published).value();
}

Served publish_version(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(PublishRequest request, read_publication(body));
    const std::string current = base64_of_hex(function->package_sha256);
    if (!request.code_sha256.empty() && request.code_sha256 != current) {
        co_return other_code(request.code_sha256, current);
    }
    LAMBENT_CO_TRY(
        const runtime::FunctionPtr version,
        co_await publish(call, function->name, std::move(request.publication))
    );
    co_return json_response(201, configuration_json(*version, call.config.region));
}

// $LATEST first, then the published ones, oldest first.
Served list_versions(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const Page page, read_page(call.request.query));
    std::vector<runtime::FunctionPtr> all = call.ports.functions.versions(function->name);
    all.insert(all.begin(), function);
    nlohmann::json versions = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    bool has_begun = page.after.empty();
    for (const runtime::FunctionPtr& version : all) {
        if (!has_begun) {
            has_begun = version->version() == page.after;
            continue;
        }
        if (versions.size() == page.limit) {
            const std::string last = versions.back().at("Version");
            body["NextMarker"] = marker_after(last);
            break;
        }
        versions.push_back(listed(*version, call.config.region));
    }
    body["Versions"] = std::move(versions);
    co_return json_response(200, body);
}

}  // namespace lambent::api::lambda
