#include "api/s3/object_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/byte_range.h"
#include "api/s3/delete_marker.h"
#include "api/s3/multipart_documents.h"
#include "api/s3/object_headers.h"
#include "api/s3/preconditions.h"
#include "api/s3/s3_errors.h"
#include "api/s3/write_condition.h"
#include "base/time_format.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::ObjectInfo;

struct PartRange {
    ByteRange bytes;
    std::string checksum;
};

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

// The bytes of one part, by partNumber; of an object that came whole the first part is all of it.
Answer<std::optional<PartRange>> wanted_part(const S3Call& call, const ObjectInfo& object) {
    if (!call.item("partNumber")) {
        return std::optional<PartRange>();
    }
    if (call.header("Range")) {
        return invalid_request("Cannot specify both Range header and partNumber query parameter");
    }
    LAMBENT_TRY(const int number, read_part_number(call));
    const std::size_t count = std::max<std::size_t>(1, object.parts.size());
    if (static_cast<std::size_t>(number) > count) {
        return AwsError(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
    }
    PartRange part;
    part.bytes = {RangeKind::kPart, 0, object.size};
    part.checksum = object.checksum;
    if (!object.parts.empty()) {
        const auto at = static_cast<std::size_t>(number) - 1;
        for (std::size_t i = 0; i < at; ++i) {
            part.bytes.offset += object.parts[i].size;
        }
        part.bytes.length = object.parts[at].size;
        part.checksum = object.parts[at].checksum;
    }
    if (part.bytes.length == 0) {
        part.bytes.kind = RangeKind::kWhole;  // of nothing there is no range
    }
    return std::optional<PartRange>(part);
}

void write_range(const ByteRange& range, const ObjectInfo& object, http::Response& response) {
    const std::uint64_t last = range.offset + range.length - 1;
    response.status = 206;
    response.headers.set(
        "Content-Range",
        "bytes " + std::to_string(range.offset) + "-" + std::to_string(last) + "/" +
            std::to_string(object.size)
    );
}

Answer<http::Response> body_of(const S3Call& call, triggers::ObjectHandle handle) {
    const ObjectInfo& object = handle.info;
    LAMBENT_TRY(const auto part, wanted_part(call, object));
    const ByteRange range = part ? part->bytes : wanted_range(call, object);
    if (range.kind == RangeKind::kUnsatisfiable) {
        return unsatisfiable(call, object);
    }
    http::Response response;
    LAMBENT_TRY(write_object_headers(call, object, response.headers));
    if (range.kind == RangeKind::kPart) {
        write_range(range, object, response);
    }
    const bool shows_checksum = call.header("x-amz-checksum-mode").value_or("") == "ENABLED";
    if (part) {
        if (!object.parts.empty()) {
            response.headers.set("x-amz-mp-parts-count", std::to_string(object.parts.size()));
        }
        if (shows_checksum && !part->checksum.empty()) {
            response.headers.set(checksum_header(object.checksum_kind), part->checksum);
        }
    } else if (shows_checksum && range.kind != RangeKind::kPart) {
        write_checksum(object, response.headers);
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
    write_version_id(stored, response.headers);
    write_checksum(stored, response.headers);
    co_return response;
}

Task<Answer<http::Response>> ObjectOperations::get(S3Call call) {
    auto opening = store_.open(call.path());
    Result<triggers::ObjectHandle> opened = co_await std::move(opening);
    if (opened.has_error()) {
        co_return co_await refused_object(store_, call, opened.error());
    }
    triggers::ObjectHandle handle = std::move(opened).value();
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
    triggers::Removal removal;
    LAMBENT_CO_TRY(removal.condition, read_delete_condition(call));
    auto removing = store_.remove(call.path(), call.cause(), removal);
    LAMBENT_CO_TRY(const triggers::Removed removed, in_s3(co_await std::move(removing)));
    http::Response response = empty_response(204);
    if (!removed.version.empty()) {
        response.headers.set(kVersionHeader, removed.version);
    }
    using What = triggers::Removed::What;
    if (removed.what == What::kMarkerMade || removed.what == What::kMarkerRemoved) {
        response.headers.set(kMarkerHeader, "true");
    }
    co_return response;
}

}  // namespace lambent::api::s3
