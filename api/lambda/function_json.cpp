#include "api/lambda/function_json.h"

#include "base/files/content_hash.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

std::string base64_of_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return to_base64(bytes);
}

namespace {

std::string runtime_version_arn(const runtime::Function& function, const std::string& region) {
    const std::string hash = digest(HashKind::kSha256, function.runtime);
    return "arn:aws:lambda:" + region + "::runtime:" + to_hex(hash);
}

}  // namespace

nlohmann::json configuration_json(const runtime::Function& function, const std::string& region) {
    nlohmann::json body = {
        {"FunctionName", function.name},
        {"FunctionArn", function.version_arn(region)},
        {"Runtime", function.runtime},
        {"Role", function.role},
        {"Handler", function.handler},
        {"CodeSize", function.package_bytes},
        {"CodeSha256", base64_of_hex(function.package_sha256)},
        {"Description", function.description},
        {"Timeout", function.timeout_s},
        {"MemorySize", function.memory_mb},
        {"LastModified", iso8601_offset(function.last_modified)},
        {"Version", function.version()},
        {"Environment", {{"Variables", function.environment}}},
        {"TracingConfig", {{"Mode", "PassThrough"}}},
        {"RevisionId", function.revision_id},
        // A function can be invoked as soon as it is acknowledged, so there is no Pending.
        {"State", "Active"},
        {"LastUpdateStatus", "Successful"},
        {"PackageType", "Zip"},
        {"Architectures", {function.architecture}},
        {"EphemeralStorage", {{"Size", function.ephemeral_storage_mb}}},
        {"SnapStart", {{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}},
        {"RuntimeVersionConfig", {{"RuntimeVersionArn", runtime_version_arn(function, region)}}},
        {"LoggingConfig", {{"LogFormat", "Text"}, {"LogGroup", function.log_group()}}},
    };
    if (!function.dead_letter_arn.empty()) {
        body["DeadLetterConfig"]["TargetArn"] = function.dead_letter_arn;
    }
    return body;
}

}  // namespace lambent::api::lambda
