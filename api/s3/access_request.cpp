#include "api/s3/access_request.h"

#include "api/s3/s3_event_writer.h"
#include "base/http/uri.h"
#include "base/time_format.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr std::string_view kFunctionPrefix = "function:";

struct Action {
    Operation operation;
    std::string_view name;
    std::string_view of_version = {};  // when a version is asked for
};
constexpr std::array kActions = {
    Action{Operation::kHeadBucket, "s3:ListBucket"},
    Action{Operation::kDeleteBucket, "s3:DeleteBucket"},
    Action{Operation::kGetBucketLocation, "s3:GetBucketLocation"},
    Action{Operation::kListObjects, "s3:ListBucket"},
    Action{Operation::kListVersions, "s3:ListBucketVersions"},
    Action{Operation::kListUploads, "s3:ListBucketMultipartUploads"},
    Action{Operation::kGetNotifications, "s3:GetBucketNotification"},
    Action{Operation::kPutNotifications, "s3:PutBucketNotification"},
    Action{Operation::kPutBucketTags, "s3:PutBucketTagging"},
    Action{Operation::kGetBucketTags, "s3:GetBucketTagging"},
    Action{Operation::kDeleteBucketTags, "s3:PutBucketTagging"},
    Action{Operation::kPutVersioning, "s3:PutBucketVersioning"},
    Action{Operation::kGetVersioning, "s3:GetBucketVersioning"},
    Action{Operation::kPutPolicy, "s3:PutBucketPolicy"},
    Action{Operation::kGetPolicy, "s3:GetBucketPolicy"},
    Action{Operation::kGetPolicyStatus, "s3:GetBucketPolicyStatus"},
    Action{Operation::kDeletePolicy, "s3:DeleteBucketPolicy"},
    Action{Operation::kPutCors, "s3:PutBucketCORS"},
    Action{Operation::kGetCors, "s3:GetBucketCORS"},
    Action{Operation::kDeleteCors, "s3:PutBucketCORS"},
    Action{Operation::kPutWebsite, "s3:PutBucketWebsite"},
    Action{Operation::kGetWebsite, "s3:GetBucketWebsite"},
    Action{Operation::kDeleteWebsite, "s3:DeleteBucketWebsite"},
    Action{Operation::kPutLifecycle, "s3:PutLifecycleConfiguration"},
    Action{Operation::kGetLifecycle, "s3:GetLifecycleConfiguration"},
    Action{Operation::kDeleteLifecycle, "s3:PutLifecycleConfiguration"},
    Action{Operation::kGetObject, "s3:GetObject", "s3:GetObjectVersion"},
    Action{
        Operation::kGetObjectAttributes, "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"},
    Action{Operation::kPutObject, "s3:PutObject"},
    Action{Operation::kPostObject, "s3:PutObject"},
    Action{Operation::kCopyObject, "s3:PutObject"},
    Action{Operation::kDeleteObject, "s3:DeleteObject", "s3:DeleteObjectVersion"},
    Action{Operation::kGetObjectAcl, "s3:GetObjectAcl", "s3:GetObjectVersionAcl"},
    Action{Operation::kPutObjectTags, "s3:PutObjectTagging", "s3:PutObjectVersionTagging"},
    Action{Operation::kGetObjectTags, "s3:GetObjectTagging", "s3:GetObjectVersionTagging"},
    Action{Operation::kDeleteObjectTags, "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"},
    Action{Operation::kCreateUpload, "s3:PutObject"},
    Action{Operation::kPutPart, "s3:PutObject"},
    Action{Operation::kCopyPart, "s3:PutObject"},
    Action{Operation::kCompleteUpload, "s3:PutObject"},
    Action{Operation::kAbortUpload, "s3:AbortMultipartUpload"},
    Action{Operation::kListParts, "s3:ListMultipartUploadParts"},
};

// The configurations of a bucket that are what they are.
struct ConfigurationAction {
    std::string_view subresource;
    std::string_view get;
    std::string_view put = {};
};
constexpr std::array kConfigurations = {
    ConfigurationAction{"acl", "s3:GetBucketAcl"},
    ConfigurationAction{"accelerate", "s3:GetAccelerateConfiguration"},
    ConfigurationAction{"encryption", "s3:GetEncryptionConfiguration"},
    ConfigurationAction{"logging", "s3:GetBucketLogging"},
    ConfigurationAction{"object-lock", "s3:GetBucketObjectLockConfiguration"},
    ConfigurationAction{"ownershipControls", "s3:GetBucketOwnershipControls"},
    ConfigurationAction{
        "publicAccessBlock", "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"},
    ConfigurationAction{
        "replication", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration"},
    ConfigurationAction{"requestPayment", "s3:GetBucketRequestPayment"},
};

std::string_view configuration_action(std::string_view subresource, bool reads) {
    for (const ConfigurationAction& each : kConfigurations) {
        if (each.subresource == subresource) {
            return reads ? each.get : each.put;
        }
    }
    return {};
}

// Condition keys that are headers or query items of the request.
constexpr std::array<std::string_view, 8> kHeaderKeys = {
    "x-amz-acl",
    "x-amz-storage-class",
    "x-amz-server-side-encryption",
    "x-amz-copy-source",
    "x-amz-metadata-directive",
    "x-amz-content-sha256",
    "if-match",
    "if-none-match"};
constexpr std::string_view kNumberKey = "max-keys";  // which is not given when it is empty
constexpr std::array<std::string_view, 3> kItemKeys = {"prefix", "delimiter", kNumberKey};

std::vector<std::string> names_of(const Principal& principal, const S3Config& config) {
    if (asker_of(principal) == Asker::kAnybody) {
        return {};
    }
    std::vector<std::string> names{
        config.account, "arn:aws:iam::" + config.account + ":root", config.owner_id};
    if (asker_of(principal) == Asker::kFunction) {
        const std::string name = principal.name.substr(kFunctionPrefix.size());
        names.push_back(
            "arn:aws:lambda:" + config.region + ":" + config.account + ":function:" + name
        );
        names.push_back("arn:aws:sts::" + config.account + ":assumed-role/lambda/" + name);
    }
    return names;
}

void add_tags(const S3Call& call, PolicyContext& context) {
    const auto items = http::parse_query(call.header("x-amz-tagging").value_or(""));
    if (items.has_error()) {
        return;
    }
    for (const auto& [key, value] : *items) {
        context["s3:requestobjecttag/" + lower_case(key)] = value;
    }
}

PolicyContext context_of(const S3Call& call, const triggers::ObjectPath& path, WallTime now) {
    PolicyContext context;
    context["aws:sourceip"] = call.cause().source_ip;
    context["aws:securetransport"] = "false";
    context["aws:currenttime"] = iso8601_ms(now).substr(0, 19) + "Z";
    context["aws:epochtime"] = std::to_string(unix_ms(now) / 1000);
    if (const auto agent = call.header("User-Agent")) {
        context["aws:useragent"] = *agent;
    }
    if (const auto referer = call.header("Referer")) {
        context["aws:referer"] = *referer;
    }
    if (!path.version.empty()) {
        context["s3:versionid"] = path.version;
    }
    for (const std::string_view name : kHeaderKeys) {
        if (const auto value = call.header(name)) {
            context["s3:" + std::string(name)] = *value;
        }
    }
    for (const std::string_view name : kItemKeys) {
        const auto value = call.item(name);
        if (value && (name != kNumberKey || !value->empty())) {
            context["s3:" + std::string(name)] = *value;
        }
    }
    add_tags(call, context);
    return context;
}

}  // namespace

Asker asker_of(const Principal& principal) {
    if (principal.is_root) {
        return Asker::kOwner;
    }
    return principal.name.starts_with(kFunctionPrefix) ? Asker::kFunction : Asker::kAnybody;
}

std::string_view action_of(Operation operation, const S3Call& call) {
    const bool reads = operation == Operation::kGetBucketDefault;
    if (reads || operation == Operation::kDeleteBucketDefault) {
        return configuration_action(subresource_of(call), reads);
    }
    const auto found =
        std::find_if(kActions.begin(), kActions.end(), [operation](const Action& action) {
            return action.operation == operation;
        });
    if (found == kActions.end()) {
        return {};
    }
    const bool of_version = call.item("versionId").has_value() && !found->of_version.empty();
    return of_version ? found->of_version : found->name;
}

bool is_about_policy(Operation operation) {
    return operation == Operation::kPutPolicy || operation == Operation::kGetPolicy ||
           operation == Operation::kDeletePolicy;
}

AccessRequest access_request(
    const S3Call& call,
    const triggers::ObjectPath& path,
    std::string_view action,
    const S3Config& config,
    WallTime now
) {
    AccessRequest request;
    request.principals = names_of(call.request.principal, config);
    request.action = action;
    request.resource = bucket_arn(path.bucket) + (path.key.empty() ? "" : "/" + path.key);
    request.context = context_of(call, path, now);
    if (!request.principals.empty()) {
        request.context["aws:principalaccount"] = config.account;
        request.context["aws:principalarn"] = request.principals.back();
    }
    return request;
}

}  // namespace lambent::api::s3
