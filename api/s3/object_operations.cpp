#include "api/s3/object_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/byte_range.h"
#include "api/s3/object_headers.h"
#include "api/s3/preconditions.h"
#include "api/s3/s3_errors.h"
#include "api/s3/write_condition.h"
#include "base/time_format.h"

#include <memory>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::ObjectInfo;

void write_checksum(const ObjectInfo& object, http::Headers& headers) {
    if (object.checksum.empty()) {
        return;
    }
    const bool composite = object.checksum.find('-') != std::string::npos;
    headers.set(checksum_header(object.checksum_kind), object.checksum);
    headers.set("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT");
}

// If-Range: the range counts only while the object is the one the client has a part of.
bool range_still_holds(const S3Call& call, const ObjectInfo& object) {
    const auto held = call.header("If-Range");
    return !held || names_etag(*held, object.etag) || *held == http_date(object.modified);
}

ByteRange wanted_range(const S3Call& call, const ObjectInfo& object) {
    const auto range = call.header("Range");
    if (!range || !range_still_holds(call, object)) {
        return {RangeKind::kWhole, 0, object.size};
    }
    return parse_range(*range, object.size);
}

AwsError unsatisfiable(const S3Call& call, const ObjectInfo& object) {
    AwsError error(416, "InvalidRange", "The requested range is not satisfiable");
    error.with("RangeRequested", std::string(call.header("Range").value_or("")))
        .with("ActualObjectSize", std::to_string(object.size));
    return error;
}

// Where one part of an object ended is not kept: the first part is the whole, and there are no
// others.
Answer<void> check_part(const S3Call& call) {
    if (call.item("partNumber").value_or("1") != "1") {
        return AwsError(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
    }
    return {};
}

Answer<http::Response> body_of(const S3Call& call, triggers::ObjectHandle handle) {
    const ByteRange range = wanted_range(call, handle.info);
    if (range.kind == RangeKind::kUnsatisfiable) {
        return unsatisfiable(call, handle.info);
    }
    http::Response response;
    LAMBENT_TRY(write_object_headers(call, handle.info, response.headers));
    if (range.kind == RangeKind::kPart) {
        const std::uint64_t last = range.offset + range.length - 1;
        response.status = 206;
        response.headers.set(
            "Content-Range",
            "bytes " + std::to_string(range.offset) + "-" + std::to_string(last) + "/" +
                std::to_string(handle.info.size)
        );
    } else if (call.header("x-amz-checksum-mode").value_or("") == "ENABLED") {
        write_checksum(handle.info, response.headers);
    }
    response.body = http::FileBody{std::move(handle.file), range.offset, range.length};
    return response;
}

}  // namespace

Task<Answer<http::Response>> ObjectOperations::put(S3Call call) {
    LAMBENT_CO_TRY(ObjectInfo info, read_object_headers(call));
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    LAMBENT_CO_TRY(const auto condition, read_write_condition(call));
    auto beginning = store_.begin_upload(call.bucket(), checks.kind);
    LAMBENT_CO_TRY(auto upload, in_s3(co_await std::move(beginning)));
    info.checksum_kind = checks.kind;
    auto receiving = receive(*call.body, *upload, std::move(checks));
    LAMBENT_CO_TRY(co_await std::move(receiving));
    auto committing = store_.commit(
        std::move(upload),
        std::move(info),
        triggers::ObjectEventKind::kCreatedPut,
        call.cause(),
        condition
    );
    LAMBENT_CO_TRY(const ObjectInfo stored, in_s3(co_await std::move(committing)));
    http::Response response;
    response.headers.set("ETag", quoted(stored.etag));
    write_checksum(stored, response.headers);
    co_return response;
}

Task<Answer<http::Response>> ObjectOperations::get(S3Call call) {
    LAMBENT_CO_TRY(check_part(call));
    auto opening = store_.open(call.bucket(), call.key());
    LAMBENT_CO_TRY(triggers::ObjectHandle handle, in_s3(co_await std::move(opening)));
    const Precondition condition =
        check_preconditions(call.request.head.headers, "", handle.info.etag, handle.info.modified);
    if (condition.verdict == Verdict::kFailed) {
        co_return precondition_failed(condition.header);
    }
    if (condition.verdict == Verdict::kNotModified) {
        http::Response unchanged = empty_response(304);
        write_validators(handle.info, unchanged.headers);
        co_return unchanged;
    }
    co_return body_of(call, std::move(handle));
}

Task<Answer<http::Response>> ObjectOperations::remove(S3Call call) {
    auto removing = store_.remove(call.bucket(), call.key(), call.cause());
    LAMBENT_CO_TRY(in_s3(co_await std::move(removing)));
    co_return empty_response(204);
}

}  // namespace lambent::api::s3
