#pragma once

#include "api/s3/s3_call.h"

#include <string>
#include <string_view>

namespace lambent::api::s3 {

// Every operation this door knows, and the ones it has to recognise to refuse them.
enum class Operation {
    kListBuckets,
    kCreateBucket,
    kHeadBucket,
    kDeleteBucket,
    kGetBucketLocation,
    kListObjects,
    kListVersions,
    kDeleteObjects,
    kGetNotifications,
    kPutNotifications,
    kGetBucketDefault,
    kDeleteBucketDefault,
    kGetObject,
    kPutObject,
    kCopyObject,
    kDeleteObject,
    kGetObjectAcl,
    kGetObjectAttributes,
    kPutObjectTags,
    kGetObjectTags,
    kDeleteObjectTags,
    kPutBucketTags,
    kGetBucketTags,
    kDeleteBucketTags,
    kPutPolicy,
    kGetPolicy,
    kGetPolicyStatus,
    kDeletePolicy,
    kPutCors,
    kGetCors,
    kDeleteCors,
    kPutWebsite,
    kGetWebsite,
    kDeleteWebsite,
    kPutLifecycle,
    kGetLifecycle,
    kDeleteLifecycle,
    kPostObject,
    kPutVersioning,
    kGetVersioning,
    kCreateUpload,
    kPutPart,
    kCopyPart,
    kCompleteUpload,
    kAbortUpload,
    kListParts,
    kListUploads,
};

// The query item that chooses among the operations of one method ("acl", "uploadId"); "" if none.
std::string subresource_of(const S3Call& call);

// By method, whether bucket and key are named, and sub-resource. 405 for a method S3 has not got
// there, 501 for what S3 can and this door cannot.
Answer<Operation> route(const S3Call& call);

}  // namespace lambent::api::s3
