#include "api/s3/s3_parts.h"

#include "api/s3/copy_source.h"
#include "api/s3/s3_errors.h"
#include "base/result.h"
#include "triggers/objects/bucket_name.h"
#include "triggers/objects/version_id.h"

#include <algorithm>
#include <optional>
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
    if (version && version->empty()) {
        return invalid_argument("Version id cannot be the empty string", "versionId", "");
    }
    if (version && !triggers::is_version_id(*version)) {
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

bool copies(Operation operation) {
    return operation == Operation::kCopyObject || operation == Operation::kCopyPart;
}

}  // namespace

const std::vector<S3Service::Parts::Deed> S3Service::Parts::kDeeds = {
    {Operation::kListBuckets, deed<&Parts::buckets, &BucketOperations::list>},
    {Operation::kCreateBucket, deed<&Parts::buckets, &BucketOperations::create>},
    {Operation::kHeadBucket, deed<&Parts::buckets, &BucketOperations::head>},
    {Operation::kDeleteBucket, deed<&Parts::buckets, &BucketOperations::remove>},
    {Operation::kGetBucketLocation, deed<&Parts::buckets, &BucketOperations::location>},
    {Operation::kListObjects, deed<&Parts::lists, &ListOperations::objects>},
    {Operation::kListVersions, deed<&Parts::versioning, &VersioningOperations::list>},
    {Operation::kDeleteObjects, deed<&Parts::objects, &ObjectOperations::remove_many>},
    {Operation::kGetNotifications,
     deed<&Parts::configuration, &ConfigurationOperations::get_notifications>},
    {Operation::kPutNotifications,
     deed<&Parts::configuration, &ConfigurationOperations::put_notifications>},
    {Operation::kGetBucketDefault,
     deed<&Parts::configuration, &ConfigurationOperations::bucket_default>},
    {Operation::kDeleteBucketDefault,
     deed<&Parts::configuration, &ConfigurationOperations::bucket_nothing_to_delete>},
    {Operation::kGetObjectAcl, deed<&Parts::configuration, &ConfigurationOperations::object_acl>},
    {Operation::kGetObject, deed<&Parts::objects, &ObjectOperations::get>},
    {Operation::kPutObject, deed<&Parts::objects, &ObjectOperations::put>},
    {Operation::kCopyObject, deed<&Parts::objects, &ObjectOperations::copy>},
    {Operation::kDeleteObject, deed<&Parts::objects, &ObjectOperations::remove>},
    {Operation::kGetObjectAttributes, deed<&Parts::objects, &ObjectOperations::attributes>},
    {Operation::kPutObjectTags, deed<&Parts::tagging, &TaggingOperations::put_object>},
    {Operation::kGetObjectTags, deed<&Parts::tagging, &TaggingOperations::get_object>},
    {Operation::kDeleteObjectTags, deed<&Parts::tagging, &TaggingOperations::erase_object>},
    {Operation::kPutBucketTags, deed<&Parts::tagging, &TaggingOperations::put_bucket>},
    {Operation::kGetBucketTags, deed<&Parts::tagging, &TaggingOperations::get_bucket>},
    {Operation::kDeleteBucketTags, deed<&Parts::tagging, &TaggingOperations::erase_bucket>},
    {Operation::kPutPolicy, deed<&Parts::policies, &PolicyOperations::put>},
    {Operation::kGetPolicy, deed<&Parts::policies, &PolicyOperations::get>},
    {Operation::kGetPolicyStatus, deed<&Parts::policies, &PolicyOperations::status>},
    {Operation::kDeletePolicy, deed<&Parts::policies, &PolicyOperations::erase>},
    {Operation::kPutCors, deed<&Parts::cors, &CorsOperations::put>},
    {Operation::kGetCors, deed<&Parts::cors, &CorsOperations::get>},
    {Operation::kDeleteCors, deed<&Parts::cors, &CorsOperations::erase>},
    {Operation::kPutWebsite, deed<&Parts::websites, &WebsiteOperations::put>},
    {Operation::kGetWebsite, deed<&Parts::websites, &WebsiteOperations::get>},
    {Operation::kDeleteWebsite, deed<&Parts::websites, &WebsiteOperations::erase>},
    {Operation::kPutLifecycle, deed<&Parts::lifecycle, &LifecycleOperations::put>},
    {Operation::kGetLifecycle, deed<&Parts::lifecycle, &LifecycleOperations::get>},
    {Operation::kDeleteLifecycle, deed<&Parts::lifecycle, &LifecycleOperations::erase>},
    {Operation::kPutVersioning, deed<&Parts::versioning, &VersioningOperations::put>},
    {Operation::kGetVersioning, deed<&Parts::versioning, &VersioningOperations::get>},
    {Operation::kPostObject, deed<&Parts::posts, &PostOperation::post>},
    {Operation::kCreateUpload, deed<&Parts::multipart, &MultipartOperations::create>},
    {Operation::kPutPart, deed<&Parts::multipart, &MultipartOperations::put_part>},
    {Operation::kCopyPart, deed<&Parts::multipart, &MultipartOperations::copy_part>},
    {Operation::kCompleteUpload, deed<&Parts::multipart, &MultipartOperations::complete>},
    {Operation::kAbortUpload, deed<&Parts::multipart, &MultipartOperations::abort>},
    {Operation::kListParts, deed<&Parts::multipart, &MultipartOperations::list_parts>},
    {Operation::kListUploads, deed<&Parts::multipart, &MultipartOperations::list_uploads>},
};

S3Service::Parts::Perform S3Service::Parts::find(Operation operation) {
    const auto found = std::find_if(kDeeds.begin(), kDeeds.end(), [operation](const Deed& each) {
        return each.operation == operation;
    });
    LAMBENT_ASSERT(found != kDeeds.end());
    return found->perform;
}

S3Service::Parts::Parts(S3Config settings, const S3Ports& ports, Logger logger)
    : config(std::move(settings)),
      log(std::move(logger)),
      guard(ports, config),
      buckets(ports.store, config),
      objects(ports.store, guard),
      tagging(ports.store),
      versioning(ports.store, config),
      lists(ports.store, config),
      multipart(ports.store, ports.workers, config),
      configuration(ports, config),
      policies(ports.store, guard),
      cors(ports.store),
      websites(ports.store, objects, guard),
      lifecycle(ports),
      posts(ports, config, guard) {}

Task<Answer<http::Response>> S3Service::Parts::answer(S3Call call) {
    if (call.request.head.method == "OPTIONS") {
        co_return co_await cors.preflight(std::move(call));
    }
    const std::optional<http::Headers> shared = co_await cors.headers_for(call);
    if (call.request.is_cross_origin && !shared) {
        co_return AwsError(
            403, "AccessForbidden", "This server answers no requests of other origins."
        );
    }
    LAMBENT_CO_TRY(const Operation operation, route(call));
    LAMBENT_CO_TRY(check_common(call, config));
    LAMBENT_CO_TRY(check_bucket(call, operation));
    const std::string path = call.request.head.path;
    const std::string request_id = call.request.request_id;
    Answer<http::Response> answer = co_await perform(operation, std::move(call));
    if (!shared) {
        co_return answer;
    }
    http::Response response =
        answer.has_value() ? std::move(answer).value() : s3_error(answer.error(), path, request_id);
    for (const auto& [name, value] : shared->all()) {
        response.headers.set(name, value);
    }
    co_return response;
}

Task<Answer<http::Response>> S3Service::Parts::perform(Operation operation, S3Call call) {
    LAMBENT_CO_TRY(co_await check_access(call, operation));
    bool may_know = true;
    if (asker_of(call.request.principal) == Asker::kAnybody && !call.key().empty()) {
        may_know = co_await guard.may_know_absence(call);
    }
    const std::string bucket = call.bucket();
    Answer<http::Response> answer = co_await find(operation)(*this, std::move(call));
    if (operation == Operation::kDeleteBucket) {
        forget(bucket);
    }
    const bool is_missing =
        answer.has_error() ? answer.error().name() == "NoSuchKey" : answer->status == 404;
    if (is_missing && !may_know) {
        co_return AwsError(403, "AccessDenied", "Access Denied");
    }
    co_return answer;
}

Task<Answer<void>> S3Service::Parts::check_access(const S3Call& call, Operation operation) {
    if (operation == Operation::kPostObject) {
        co_return Answer<void>();  // who posts is known when the form has been read
    }
    LAMBENT_CO_TRY(co_await guard.check(call, operation));
    if (copies(operation)) {
        LAMBENT_CO_TRY(const triggers::ObjectPath source, read_copy_source(call));
        co_return co_await guard.check_object(
            call, source, source.version.empty() ? "s3:GetObject" : "s3:GetObjectVersion"
        );
    }
    co_return Answer<void>();
}

void S3Service::Parts::forget(const std::string& bucket) {
    guard.forget(bucket);
    cors.forget(bucket);
    websites.forget(bucket);
}

Task<http::Response> S3Service::Parts::show_website(S3Call call) {
    const std::optional<http::Headers> shared = co_await cors.headers_for(call);
    http::Response response = co_await websites.show(std::move(call));
    if (shared) {
        for (const auto& [name, value] : shared->all()) {
            response.headers.set(name, value);
        }
    }
    co_return response;
}

}  // namespace lambent::api::s3
