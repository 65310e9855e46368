#include "api/lambda/code_source.h"

#include "base/files/content_hash.h"

namespace lambent::api::lambda {

namespace {

AwsError bucket_error(const Error& error) {
    if (error.code() != Code::kNotFound) {
        return from_error(error);
    }
    const bool no_bucket = error.subject() == "bucket";
    return invalid_parameter(
        std::string("Error occurred while GetObject. S3 Error Code: ") +
        (no_bucket ? "NoSuchBucket" : "NoSuchKey") + ". S3 Error Message: The specified " +
        (no_bucket ? "bucket does not exist" : "key does not exist.")
    );
}

Answer<std::string> decode(const std::string& base64, const std::string& operation) {
    std::string zip;
    if (!from_base64(base64, zip)) {
        return invalid_content(
            "Could not parse request body into json: the code is not a base64-encoded zip"
        );
    }
    if (zip.empty()) {
        return invalid_parameter("Uploaded file must be a non-empty zip");
    }
    if (zip.size() > kZipBytesMax) {
        return request_too_large(kCodeRequestBytesMax, operation);
    }
    return zip;
}

}  // namespace

CodeSource read_code_source(JsonFields& fields) {
    CodeSource source;
    source.zip_base64 = fields.text("ZipFile");
    source.bucket = fields.text("S3Bucket").value_or("");
    source.key = fields.text("S3Key").value_or("");
    source.object_version = fields.text("S3ObjectVersion").value_or("");
    source.is_image = fields.has("ImageUri");
    return source;
}

Task<Answer<std::string>> fetch_code(const Call& call, CodeSource source) {
    if (source.is_image) {
        co_return invalid_parameter(
            "Container images are not supported: provide the code as a zip (ZipFile, or S3Bucket "
            "and S3Key) with a managed or provided runtime."
        );
    }
    if (source.zip_base64 && !source.bucket.empty()) {
        co_return invalid_parameter(
            "Please do not provide other FunctionCode parameters when providing a ZipFile."
        );
    }
    if (!source.object_version.empty()) {
        co_return invalid_parameter("S3ObjectVersion is not supported: buckets keep one version.");
    }
    if (source.zip_base64) {
        const std::string operation(action_name(call.operation));
        auto work = [base64 = std::move(*source.zip_base64), operation]() {
            return decode(base64, operation);
        };
        co_return co_await offload(call.ports.workers, std::move(work));
    }
    if (source.bucket.empty() || source.key.empty()) {
        co_return invalid_parameter("Please provide a source for function code.");
    }
    Result<std::string> object = co_await call.ports.read_object(source.bucket, source.key);
    if (object.has_error()) {
        co_return bucket_error(object.error());
    }
    co_return std::move(object).value();
}

}  // namespace lambent::api::lambda
