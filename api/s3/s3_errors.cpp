#include "api/s3/s3_errors.h"

#include <array>
#include <string_view>

namespace lambent::api::s3 {
namespace {

struct Known {
    Code code;
    std::string_view subject;
    unsigned status;
    const char* name;
    const char* message;
};

// S3's own sentences: some tools compare them.
constexpr std::array kKnown = {
    Known{Code::kNotFound, "bucket", 404, "NoSuchBucket", "The specified bucket does not exist"},
    Known{Code::kNotFound, "object", 404, "NoSuchKey", "The specified key does not exist."},
    Known{Code::kNotFound, "marker", 404, "NoSuchKey", "The specified key does not exist."},
    Known{
        Code::kNotFound,
        "marker_version",
        405,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource."},
    Known{
        Code::kNotFound, "version", 404, "NoSuchVersion", "The specified version does not exist."},
    Known{
        Code::kNotFound,
        "upload",
        404,
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may "
        "have been aborted or completed."},
    Known{
        Code::kConflict,
        "bucket_exists",
        409,
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it."},
    Known{
        Code::kConflict,
        "bucket_not_empty",
        409,
        "BucketNotEmpty",
        "The bucket you tried to delete is not empty"},
    Known{
        Code::kConflict,
        "precondition",
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold"},
    Known{
        Code::kInvalidArgument,
        "bucket_name",
        400,
        "InvalidBucketName",
        "The specified bucket is not valid."},
    Known{Code::kInvalidArgument, "key", 400, "KeyTooLongError", "Your key is too long"},
    Known{Code::kInvalidArgument, "uri", 400, "InvalidURI", "Couldn't parse the specified URI."},
    Known{
        Code::kInvalidArgument,
        "content_sha256",
        400,
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed."},
    Known{
        Code::kInvalidArgument,
        "trailer_checksum",
        400,
        "BadDigest",
        "The checksum you specified as a trailer did not match what we received."},
    Known{
        Code::kUnauthorised,
        "chunk_signature",
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check "
        "your key and signing method."},
    Known{
        Code::kInvalidArgument,
        "body_incomplete",
        400,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header"},
    Known{
        Code::kUnavailable,
        "body",
        400,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header"},
    Known{
        Code::kInvalidArgument,
        "part_number",
        400,
        "InvalidArgument",
        "Part number must be an integer between 1 and 10000, inclusive"},
    Known{
        Code::kInvalidArgument,
        "part",
        400,
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been "
        "uploaded, or the specified entity tag may not match the part's entity tag."},
    Known{
        Code::kInvalidArgument,
        "part_order",
        400,
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number."},
    Known{
        Code::kInvalidArgument,
        "part_size",
        400,
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size"},
};

AwsError by_code(const Error& error) {
    switch (error.code()) {
        case Code::kThrottled:
            return AwsError(503, "SlowDown", "Please reduce your request rate.");
        case Code::kTooLarge:
            return entity_too_large();
        case Code::kUnauthorised:
            return AwsError(403, "AccessDenied", "Access Denied");
        case Code::kUnavailable:
            return AwsError(503, "ServiceUnavailable", "Please reduce your request rate.");
        case Code::kDeadline:
            return AwsError(
                400,
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the "
                "timeout period."
            );
        case Code::kInvalidArgument:
            return error.subject() == "xml" || error.subject() == "parts_missing"
                       ? malformed_xml()
                       : AwsError(400, "InvalidRequest", error.message());
        default:
            return AwsError(
                500, "InternalError", "We encountered an internal error. Please try again."
            );
    }
}

}  // namespace

AwsError to_s3(const Error& error) {
    for (const Known& known : kKnown) {
        if (known.code == error.code() && known.subject == error.subject()) {
            return AwsError(known.status, known.name, known.message);
        }
    }
    if (error.subject().starts_with("rule") || error.subject() == "event") {
        return AwsError(400, "InvalidArgument", error.message());
    }
    return by_code(error);
}

AwsError invalid_argument(std::string message, std::string name, std::string value) {
    AwsError error(400, "InvalidArgument", std::move(message));
    error.with("ArgumentName", std::move(name)).with("ArgumentValue", std::move(value));
    return error;
}

AwsError invalid_request(std::string message) {
    return AwsError(400, "InvalidRequest", std::move(message));
}

AwsError malformed_xml() {
    return AwsError(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema"
    );
}

AwsError not_implemented(std::string what) {
    AwsError error(
        501,
        "NotImplemented",
        "A header or query you provided implies functionality that is not implemented"
    );
    error.with("Header", std::move(what));
    return error;
}

AwsError method_not_allowed(std::string method) {
    AwsError error(
        405, "MethodNotAllowed", "The specified method is not allowed against this resource."
    );
    error.with("Method", std::move(method));
    return error;
}

AwsError precondition_failed(std::string condition) {
    AwsError error(
        412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"
    );
    error.with("Condition", std::move(condition));
    return error;
}

AwsError bad_digest(std::string what) {
    return AwsError(
        400,
        "BadDigest",
        "The " + std::move(what) + " you specified did not match what we received."
    );
}

AwsError entity_too_large() {
    return AwsError(
        400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size"
    );
}

}  // namespace lambent::api::s3
