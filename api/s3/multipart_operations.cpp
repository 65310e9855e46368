#include "api/s3/multipart_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/byte_range.h"
#include "api/s3/copy_source.h"
#include "api/s3/file_reading.h"
#include "api/s3/multipart_documents.h"
#include "api/s3/object_headers.h"
#include "api/s3/s3_errors.h"
#include "api/s3/write_condition.h"

#include <memory>
#include <string>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::ChecksumKind;
using triggers::ChecksumScope;

constexpr std::size_t kPageMax = 1000;

struct ChecksumPlan {
    ChecksumKind kind = ChecksumKind::kNone;
    ChecksumScope scope = ChecksumScope::kComposite;
};

// x-amz-checksum-algorithm and -type of CreateMultipartUpload.
Answer<ChecksumPlan> read_plan(const S3Call& call) {
    const std::string algorithm(call.header("x-amz-checksum-algorithm").value_or(""));
    const std::string type(call.header("x-amz-checksum-type").value_or(""));
    ChecksumPlan plan;
    plan.kind = triggers::checksum_kind(algorithm);
    if (!algorithm.empty() && plan.kind == ChecksumKind::kNone) {
        return invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid "
            "types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
        );
    }
    const bool only_whole = plan.kind == ChecksumKind::kCrc64Nvme;
    const bool only_parts = plan.kind == ChecksumKind::kSha1 || plan.kind == ChecksumKind::kSha256;
    if ((type == "FULL_OBJECT" && only_parts) || (type == "COMPOSITE" && only_whole)) {
        return invalid_request(
            "The " + type + " checksum type cannot be used with the " + algorithm +
            " checksum algorithm."
        );
    }
    plan.scope = only_whole || type == "FULL_OBJECT" ? ChecksumScope::kFullObject
                                                     : ChecksumScope::kComposite;
    return plan;
}

http::Response part_response(const triggers::UploadPart& part, ChecksumKind kind) {
    http::Response response;
    response.headers.set("ETag", quoted(part.etag));
    if (!part.checksum.empty()) {
        response.headers.set(checksum_header(kind), part.checksum);
    }
    return response;
}

// x-amz-copy-source-range must lie within the source.
Answer<ByteRange> read_copy_range(const S3Call& call, std::uint64_t size) {
    const std::string header(call.header("x-amz-copy-source-range").value_or(""));
    if (header.empty()) {
        return ByteRange{RangeKind::kWhole, 0, size};
    }
    const ByteRange range = parse_range(header, size);
    const std::string last = std::to_string(range.offset + range.length - 1);
    if (range.kind != RangeKind::kPart || !header.ends_with("-" + last)) {
        return invalid_argument(
            "Range specified is not valid for source object of size: " + std::to_string(size),
            "x-amz-copy-source-range",
            header
        );
    }
    return range;
}

}  // namespace

Task<Answer<triggers::MultipartUpload>> MultipartOperations::find(const S3Call& call) {
    auto finding =
        store_.multipart().find(call.bucket(), call.key(), call.item_or_empty("uploadId"));
    co_return in_s3(co_await std::move(finding));
}

Task<Answer<http::Response>> MultipartOperations::create(S3Call call) {
    LAMBENT_CO_TRY(triggers::ObjectInfo object, read_object_headers(call));
    LAMBENT_CO_TRY(const ChecksumPlan plan, read_plan(call));
    object.checksum_kind = plan.kind;
    auto creating = store_.multipart().create(std::move(object), plan.scope);
    LAMBENT_CO_TRY(const auto upload, in_s3(co_await std::move(creating)));
    http::Response response = xml_response(initiated_document(upload));
    if (plan.kind != ChecksumKind::kNone) {
        const bool full = plan.scope == ChecksumScope::kFullObject;
        response.headers.set(
            "x-amz-checksum-algorithm", std::string(triggers::to_string(plan.kind))
        );
        response.headers.set("x-amz-checksum-type", full ? "FULL_OBJECT" : "COMPOSITE");
    }
    co_return response;
}

Task<Answer<http::Response>> MultipartOperations::put_part(S3Call call) {
    LAMBENT_CO_TRY(const int number, read_part_number(call));
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    LAMBENT_CO_TRY(triggers::MultipartUpload target, co_await find(call));
    const ChecksumKind kept = target.object.checksum_kind;
    if (kept != ChecksumKind::kNone && checks.kind != ChecksumKind::kNone && checks.kind != kept) {
        co_return invalid_request(
            "Checksum Type mismatch occurred, expected checksum Type: " +
            std::string(triggers::to_string(kept)) +
            ", actual checksum Type: " + std::string(triggers::to_string(checks.kind))
        );
    }
    const ChecksumKind kind = kept == ChecksumKind::kNone ? checks.kind : kept;
    auto beginning = store_.begin_upload(call.bucket(), kind);
    LAMBENT_CO_TRY(auto upload, in_s3(co_await std::move(beginning)));
    auto receiving = receive(*call.body, *upload, std::move(checks));
    LAMBENT_CO_TRY(co_await std::move(receiving));
    auto putting = store_.multipart().put_part(std::move(target), number, std::move(upload));
    LAMBENT_CO_TRY(const auto part, in_s3(co_await std::move(putting)));
    co_return part_response(part, kind);
}

Task<Answer<http::Response>> MultipartOperations::copy_part(S3Call call) {
    LAMBENT_CO_TRY(const int number, read_part_number(call));
    LAMBENT_CO_TRY(const triggers::ObjectPath from, read_copy_source(call));
    LAMBENT_CO_TRY(triggers::MultipartUpload target, co_await find(call));
    auto opening = store_.open(from);
    LAMBENT_CO_TRY(triggers::ObjectHandle source, in_source(co_await std::move(opening)));
    LAMBENT_CO_TRY(check_copy_conditions(call, source.info));
    LAMBENT_CO_TRY(const ByteRange range, read_copy_range(call, source.info.size));
    if (range.length > kUploadBytesMax) {
        co_return entity_too_large();
    }
    const ChecksumKind kind = target.object.checksum_kind;
    auto beginning = store_.begin_upload(call.bucket(), kind);
    LAMBENT_CO_TRY(auto upload, in_s3(co_await std::move(beginning)));
    FileReading reading(workers_, std::move(source.file), range.offset, range.length);
    while (!reading.at_end()) {
        LAMBENT_CO_TRY(std::string bytes, in_s3(co_await reading.next()));
        LAMBENT_CO_TRY(in_s3(co_await upload->write(std::move(bytes))));
    }
    auto putting = store_.multipart().put_part(std::move(target), number, std::move(upload));
    LAMBENT_CO_TRY(const auto part, in_s3(co_await std::move(putting)));
    http::Response response = xml_response(copied_part_document(part, kind));
    write_source_version(source.info, response.headers);
    co_return response;
}

Task<Answer<http::Response>> MultipartOperations::complete(S3Call call) {
    LAMBENT_CO_TRY(const auto condition, read_write_condition(call));
    auto receiving = receive_document(*call.body, BodyChecks());
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(triggers::MultipartUpload target, co_await find(call));
    LAMBENT_CO_TRY(auto choices, parse_completion(text, target.object.checksum_kind));
    auto completing =
        store_.multipart().complete(std::move(target), std::move(choices), call.cause(), condition);
    LAMBENT_CO_TRY(const auto object, in_s3(co_await std::move(completing)));
    const std::string host(call.header("Host").value_or("localhost"));
    const std::string location =
        std::string(call.request.head.scheme()) + "://" + host + call.request.head.path;
    http::Response response = xml_response(completed_document(object, location));
    write_version_id(object, response.headers);
    co_return response;
}

Task<Answer<http::Response>> MultipartOperations::abort(S3Call call) {
    auto aborting =
        store_.multipart().abort(call.bucket(), call.key(), call.item_or_empty("uploadId"));
    LAMBENT_CO_TRY(in_s3(co_await std::move(aborting)));
    co_return empty_response(204);
}

Task<Answer<http::Response>> MultipartOperations::list_parts(S3Call call) {
    LAMBENT_CO_TRY(triggers::MultipartUpload target, co_await find(call));
    LAMBENT_CO_TRY(const auto limit, number_item(call, "max-parts", kPageMax, kPageMax));
    LAMBENT_CO_TRY(const auto after, number_item(call, "part-number-marker", 0, 10'000));
    const int marker = static_cast<int>(after);
    auto listing = store_.multipart().parts(std::move(target), marker, limit);
    LAMBENT_CO_TRY(const auto page, in_s3(co_await std::move(listing)));
    co_return xml_response(parts_document(page, marker, limit, config_));
}

Task<Answer<http::Response>> MultipartOperations::list_uploads(S3Call call) {
    UploadsView view;
    view.query.bucket = call.bucket();
    view.query.prefix = call.item_or_empty("prefix");
    view.query.after_key = call.item_or_empty("key-marker");
    if (!view.query.after_key.empty()) {
        view.query.after_id = call.item_or_empty("upload-id-marker");
    }
    view.encode = call.item_or_empty("encoding-type") == "url";
    LAMBENT_CO_TRY(view.query.limit, number_item(call, "max-uploads", kPageMax, kPageMax));
    view.query.delimiter = call.item_or_empty("delimiter");
    LAMBENT_CO_TRY(const auto page, in_s3(co_await store_.multipart().list(view.query)));
    co_return xml_response(uploads_document(page, view, config_));
}

}  // namespace lambent::api::s3
