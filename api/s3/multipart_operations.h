#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/multipart_uploads.h"
#include "triggers/objects/object_store.h"

namespace lambent::api::s3 {

// CreateMultipartUpload, UploadPart, UploadPartCopy, CompleteMultipartUpload, AbortMultipartUpload,
// ListParts, ListMultipartUploads.
class MultipartOperations {
  public:
    MultipartOperations(triggers::ObjectStore& store, WorkerPool& workers, const S3Config& config)
        : store_(store), workers_(workers), config_(config) {}

    Task<Answer<http::Response>> create(S3Call call);
    Task<Answer<http::Response>> put_part(S3Call call);
    Task<Answer<http::Response>> copy_part(S3Call call);
    Task<Answer<http::Response>> complete(S3Call call);
    Task<Answer<http::Response>> abort(S3Call call);
    Task<Answer<http::Response>> list_parts(S3Call call);
    Task<Answer<http::Response>> list_uploads(S3Call call);

  private:
    Task<Answer<triggers::MultipartUpload>> find(const S3Call& call);

    triggers::ObjectStore& store_;
    WorkerPool& workers_;
    const S3Config& config_;
};

}  // namespace lambent::api::s3
