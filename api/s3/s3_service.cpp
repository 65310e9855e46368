#include "api/s3/s3_service.h"

#include "api/s3/bucket_operations.h"
#include "api/s3/configuration_operations.h"
#include "api/s3/list_operations.h"
#include "api/s3/multipart_operations.h"
#include "api/s3/object_operations.h"
#include "api/s3/s3_errors.h"
#include "api/s3/s3_routes.h"
#include "triggers/objects/bucket_name.h"

#include <utility>

namespace lambent::api::s3 {
namespace {

// Things every operation must not overlook.
Answer<void> check_common(const S3Call& call, const S3Config& config) {
    const auto owner = call.header("x-amz-expected-bucket-owner");
    if (owner && *owner != config.account) {
        return AwsError(403, "AccessDenied", "Access Denied");
    }
    const auto version = call.item("versionId");
    if (version && !version->empty() && *version != "null") {
        return invalid_argument("Invalid version id specified", "versionId", std::string(*version));
    }
    if (!call.key().empty() && !triggers::is_object_key(call.key())) {
        return to_s3(Error(
            Code::kInvalidArgument, triggers::is_utf8(call.key()) ? "key" : "uri", "not a key"
        ));
    }
    return {};
}

// Names that no bucket can have are not looked up: S3 says so only when one is to be created.
Answer<void> check_bucket(const S3Call& call, Operation operation) {
    if (operation == Operation::kListBuckets || operation == Operation::kCreateBucket ||
        triggers::is_bucket_name(call.bucket())) {
        return {};
    }
    return to_s3(Error(Code::kInvalidArgument, "bucket_name", "not a name for a bucket"));
}

}  // namespace

struct S3Service::Parts {
    S3Config config;
    Logger log;
    BucketOperations buckets;
    ObjectOperations objects;
    ListOperations lists;
    MultipartOperations multipart;
    ConfigurationOperations configuration;

    Parts(
        S3Config settings,
        triggers::ObjectStore& store,
        const FunctionLookup& functions,
        WorkerPool& workers,
        Logger logger
    )
        : config(std::move(settings)),
          log(std::move(logger)),
          buckets(store, config),
          objects(store),
          lists(store, config),
          multipart(store, workers, config),
          configuration(store, functions, config) {}

    Task<Answer<http::Response>> perform(Operation operation, S3Call call);
    Task<Answer<http::Response>> perform(S3Call call);
};

S3Service::S3Service(
    S3Config config,
    triggers::ObjectStore& store,
    const FunctionLookup& functions,
    WorkerPool& workers,
    Logger log
)
    : parts_(std::make_unique<Parts>(std::move(config), store, functions, workers, std::move(log))
      ) {}
S3Service::~S3Service() = default;

Task<Answer<http::Response>> S3Service::Parts::perform(Operation operation, S3Call call) {
    switch (operation) {
        case Operation::kListBuckets:
            return buckets.list(std::move(call));
        case Operation::kCreateBucket:
            return buckets.create(std::move(call));
        case Operation::kHeadBucket:
            return buckets.head(std::move(call));
        case Operation::kDeleteBucket:
            return buckets.remove(std::move(call));
        case Operation::kGetBucketLocation:
            return buckets.location(std::move(call));
        case Operation::kListObjects:
            return lists.objects(std::move(call));
        case Operation::kListVersions:
            return lists.versions(std::move(call));
        case Operation::kDeleteObjects:
            return objects.remove_many(std::move(call));
        case Operation::kGetNotifications:
            return configuration.get_notifications(std::move(call));
        case Operation::kPutNotifications:
            return configuration.put_notifications(std::move(call));
        case Operation::kGetBucketDefault:
            return configuration.bucket_default(std::move(call));
        case Operation::kDeleteBucketDefault:
            return configuration.bucket_nothing_to_delete(std::move(call));
        case Operation::kGetObject:
            return objects.get(std::move(call));
        case Operation::kPutObject:
            return objects.put(std::move(call));
        case Operation::kCopyObject:
            return objects.copy(std::move(call));
        case Operation::kDeleteObject:
            return objects.remove(std::move(call));
        case Operation::kGetObjectAcl:
            return configuration.object_acl(std::move(call));
        case Operation::kGetObjectTags:
            return configuration.object_tags(std::move(call));
        case Operation::kCreateUpload:
            return multipart.create(std::move(call));
        case Operation::kPutPart:
            return multipart.put_part(std::move(call));
        case Operation::kCopyPart:
            return multipart.copy_part(std::move(call));
        case Operation::kCompleteUpload:
            return multipart.complete(std::move(call));
        case Operation::kAbortUpload:
            return multipart.abort(std::move(call));
        case Operation::kListParts:
            return multipart.list_parts(std::move(call));
        case Operation::kListUploads:
            return multipart.list_uploads(std::move(call));
    }
    assertion_failed("a known operation", __FILE__, __LINE__);
}

Task<Answer<http::Response>> S3Service::Parts::perform(S3Call call) {
    auto target = parse_target(call.request.head.path, call.header("Host").value_or(""));
    LAMBENT_CO_TRY(call.target, std::move(target));
    LAMBENT_CO_TRY(const Operation operation, route(call));
    LAMBENT_CO_TRY(check_common(call, config));
    LAMBENT_CO_TRY(check_bucket(call, operation));
    co_return co_await perform(operation, std::move(call));
}

Task<http::Response> S3Service::serve(Request request, http::BodyReader& body) {
    const std::string path = request.head.path;
    const std::string request_id = request.request_id;
    S3Call call{std::move(request), &body, Target()};
    Answer<http::Response> answer = co_await parts_->perform(std::move(call));
    http::Response response;
    if (answer.has_value()) {
        response = std::move(answer).value();
    } else {
        const AwsError error = answer.error();
        if (!error.is_callers_fault()) {
            parts_->log.error("s3_failed", {{"error", error.name()}, {"request", request_id}});
        }
        response = s3_error(error, path, request_id);
    }
    response.headers.set("x-amz-request-id", request_id);
    response.headers.set("x-amz-id-2", host_id(request_id));
    response.headers.set("Server", "AmazonS3");
    co_return response;
}

}  // namespace lambent::api::s3
