#pragma once

#include "api/s3/access_guard.h"
#include "api/s3/bucket_operations.h"
#include "api/s3/configuration_operations.h"
#include "api/s3/cors_operations.h"
#include "api/s3/lifecycle_operations.h"
#include "api/s3/list_operations.h"
#include "api/s3/multipart_operations.h"
#include "api/s3/object_operations.h"
#include "api/s3/policy_operations.h"
#include "api/s3/post_operation.h"
#include "api/s3/s3_routes.h"
#include "api/s3/s3_service.h"
#include "api/s3/tagging_operations.h"
#include "api/s3/versioning_operations.h"
#include "api/s3/website_operations.h"

namespace lambent::api::s3 {

// The families of operations, and the way of a request to one of them.
struct S3Service::Parts {
    Parts(S3Config settings, const S3Ports& ports, Logger logger);

    // A request that named bucket, key and operation properly, with what CORS adds to its answer.
    Task<Answer<http::Response>> answer(S3Call call);
    Task<http::Response> show_website(S3Call call);

    S3Config config;
    Logger log;
    AccessGuard guard;
    BucketOperations buckets;
    ObjectOperations objects;
    TaggingOperations tagging;
    VersioningOperations versioning;
    ListOperations lists;
    MultipartOperations multipart;
    ConfigurationOperations configuration;
    PolicyOperations policies;
    CorsOperations cors;
    WebsiteOperations websites;
    LifecycleOperations lifecycle;
    PostOperation posts;

  private:
    using Perform = Task<Answer<http::Response>> (*)(Parts& parts, S3Call call);
    template <auto family, auto method>
    static Task<Answer<http::Response>> deed(Parts& parts, S3Call call) {
        return (parts.*family.*method)(std::move(call));
    }
    struct Deed {
        Operation operation;
        Perform perform;
    };
    static const std::vector<Deed> kDeeds;
    static Perform find(Operation operation);

    Task<Answer<http::Response>> perform(Operation operation, S3Call call);
    Task<Answer<void>> check_access(const S3Call& call, Operation operation);
    void forget(const std::string& bucket);
};

}  // namespace lambent::api::s3
