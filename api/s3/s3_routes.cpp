#include "api/s3/s3_routes.h"

#include "api/s3/s3_errors.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace lambent::api::s3 {
namespace {

enum class Level { kService, kBucket, kObject };

struct Route {
    Level level;
    std::string_view method;
    std::string_view subresource;
    Operation operation;
};

constexpr std::array kRoutes = {
    Route{Level::kService, "GET", "", Operation::kListBuckets},
    Route{Level::kBucket, "PUT", "", Operation::kCreateBucket},
    Route{Level::kBucket, "HEAD", "", Operation::kHeadBucket},
    Route{Level::kBucket, "DELETE", "", Operation::kDeleteBucket},
    Route{Level::kBucket, "GET", "", Operation::kListObjects},
    Route{Level::kBucket, "GET", "location", Operation::kGetBucketLocation},
    Route{Level::kBucket, "GET", "versions", Operation::kListVersions},
    Route{Level::kBucket, "GET", "uploads", Operation::kListUploads},
    Route{Level::kBucket, "POST", "delete", Operation::kDeleteObjects},
    Route{Level::kBucket, "GET", "notification", Operation::kGetNotifications},
    Route{Level::kBucket, "PUT", "notification", Operation::kPutNotifications},
    Route{Level::kBucket, "GET", "acl", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "accelerate", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "encryption", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "logging", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "object-lock", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "ownershipControls", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "publicAccessBlock", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "replication", Operation::kGetBucketDefault},
    Route{Level::kBucket, "GET", "requestPayment", Operation::kGetBucketDefault},
    Route{Level::kBucket, "PUT", "tagging", Operation::kPutBucketTags},
    Route{Level::kBucket, "GET", "tagging", Operation::kGetBucketTags},
    Route{Level::kBucket, "DELETE", "tagging", Operation::kDeleteBucketTags},
    Route{Level::kBucket, "PUT", "versioning", Operation::kPutVersioning},
    Route{Level::kBucket, "GET", "versioning", Operation::kGetVersioning},
    Route{Level::kBucket, "DELETE", "publicAccessBlock", Operation::kDeleteBucketDefault},
    Route{Level::kBucket, "DELETE", "replication", Operation::kDeleteBucketDefault},
    Route{Level::kBucket, "PUT", "cors", Operation::kPutCors},
    Route{Level::kBucket, "GET", "cors", Operation::kGetCors},
    Route{Level::kBucket, "DELETE", "cors", Operation::kDeleteCors},
    Route{Level::kBucket, "PUT", "lifecycle", Operation::kPutLifecycle},
    Route{Level::kBucket, "GET", "lifecycle", Operation::kGetLifecycle},
    Route{Level::kBucket, "DELETE", "lifecycle", Operation::kDeleteLifecycle},
    Route{Level::kBucket, "PUT", "policy", Operation::kPutPolicy},
    Route{Level::kBucket, "GET", "policy", Operation::kGetPolicy},
    Route{Level::kBucket, "DELETE", "policy", Operation::kDeletePolicy},
    Route{Level::kBucket, "PUT", "website", Operation::kPutWebsite},
    Route{Level::kBucket, "GET", "website", Operation::kGetWebsite},
    Route{Level::kBucket, "DELETE", "website", Operation::kDeleteWebsite},
    Route{Level::kBucket, "GET", "policyStatus", Operation::kGetPolicyStatus},
    Route{Level::kBucket, "POST", "", Operation::kPostObject},
    Route{Level::kObject, "GET", "", Operation::kGetObject},
    Route{Level::kObject, "HEAD", "", Operation::kGetObject},
    Route{Level::kObject, "PUT", "", Operation::kPutObject},
    Route{Level::kObject, "DELETE", "", Operation::kDeleteObject},
    Route{Level::kObject, "GET", "acl", Operation::kGetObjectAcl},
    Route{Level::kObject, "GET", "attributes", Operation::kGetObjectAttributes},
    Route{Level::kObject, "PUT", "tagging", Operation::kPutObjectTags},
    Route{Level::kObject, "GET", "tagging", Operation::kGetObjectTags},
    Route{Level::kObject, "DELETE", "tagging", Operation::kDeleteObjectTags},
    Route{Level::kObject, "POST", "uploads", Operation::kCreateUpload},
    Route{Level::kObject, "PUT", "uploadId", Operation::kPutPart},
    Route{Level::kObject, "POST", "uploadId", Operation::kCompleteUpload},
    Route{Level::kObject, "DELETE", "uploadId", Operation::kAbortUpload},
    Route{Level::kObject, "GET", "uploadId", Operation::kListParts},
};

// What S3 has a sub-resource for, whether or not this door does.
constexpr std::string_view kSubresources[] = {
    "accelerate",
    "acl",
    "analytics",
    "annotation",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versioning",
    "versions",
    "website",
    "annotations",
};

constexpr std::array<std::string_view, 5> kMethods = {"GET", "HEAD", "PUT", "POST", "DELETE"};

Level level_of(const S3Call& call) {
    if (call.bucket().empty()) {
        return Level::kService;
    }
    return call.key().empty() ? Level::kBucket : Level::kObject;
}

// A copy says so in a header, not in the address.
Operation with_source(const S3Call& call, Operation operation) {
    if (call.header("x-amz-copy-source")) {
        if (operation == Operation::kPutObject) {
            return Operation::kCopyObject;
        }
        if (operation == Operation::kPutPart) {
            return Operation::kCopyPart;
        }
    }
    return operation;
}

}  // namespace

std::string subresource_of(const S3Call& call) {
    for (const auto& [name, value] : call.request.query) {
        // Not "partNumber": alone it chooses bytes of an object, not an operation.
        if (std::find(std::begin(kSubresources), std::end(kSubresources), name) !=
            std::end(kSubresources)) {
            return name;
        }
    }
    return {};
}

Answer<Operation> route(const S3Call& call) {
    const Level level = level_of(call);
    const std::string& method = call.request.head.method;
    const std::string subresource = subresource_of(call);
    for (const Route& each : kRoutes) {
        if (each.level == level && each.method == method && each.subresource == subresource) {
            return with_source(call, each.operation);
        }
    }
    const bool has_method = std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
    if (has_method && !subresource.empty()) {
        return not_implemented(subresource);
    }
    return method_not_allowed(method);
}

}  // namespace lambent::api::s3
