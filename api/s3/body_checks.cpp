#include "api/s3/body_checks.h"

#include "api/s3/object_headers.h"
#include "api/s3/s3_errors.h"
#include "base/files/content_hash.h"

#include <array>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::ChecksumKind;

constexpr std::array kKinds = {
    ChecksumKind::kCrc32,
    ChecksumKind::kCrc32c,
    ChecksumKind::kCrc64Nvme,
    ChecksumKind::kSha1,
    ChecksumKind::kSha256};

Answer<std::string> read_md5(const S3Call& call) {
    std::string raw;
    const auto text = call.header("Content-MD5");
    if (text && (!from_base64(*text, raw) || raw.size() != 16)) {
        return AwsError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
    }
    return raw;
}

Answer<void> read_checksum(const S3Call& call, ChecksumKind kind, BodyChecks& checks) {
    const std::string name = checksum_header(kind);
    const auto value = call.header(name);
    const bool trails = call.header("x-amz-trailer").value_or("") == name;
    if (!value && !trails) {
        return {};
    }
    if (checks.kind != ChecksumKind::kNone) {
        return invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types "
            "are not allowed."
        );
    }
    std::string raw;
    if (value && (!from_base64(*value, raw) || raw.size() != triggers::checksum_bytes(kind))) {
        return invalid_request("Value for " + name + " header is invalid.");
    }
    checks.kind = kind;
    checks.checksum = value.value_or("");
    return {};
}

}  // namespace

Answer<void> compare_digests(const BodyChecks& checks, const triggers::UploadDigests& digests) {
    if (!checks.md5.empty() && checks.md5 != digests.md5) {
        return bad_digest("Content-MD5");
    }
    if (!checks.checksum.empty() && checks.checksum != to_base64(digests.checksum)) {
        return bad_digest(std::string(triggers::to_string(checks.kind)));
    }
    return {};
}

Answer<BodyChecks> read_body_checks(const S3Call& call) {
    BodyChecks checks;
    LAMBENT_TRY(checks.md5, read_md5(call));
    for (const ChecksumKind kind : kKinds) {
        LAMBENT_TRY(read_checksum(call, kind, checks));
    }
    if (call.header("x-amz-sdk-checksum-algorithm") && checks.kind == ChecksumKind::kNone &&
        checks.md5.empty()) {
        return invalid_request(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
            "x-amz-trailer headers were found."
        );
    }
    return checks;
}

Task<Answer<triggers::UploadDigests>> receive(
    http::BodyReader& body, triggers::ObjectUpload& upload, BodyChecks checks
) {
    if (body.content_length().value_or(0) > kUploadBytesMax) {
        co_return entity_too_large();
    }
    for (;;) {
        LAMBENT_CO_TRY(std::string bytes, in_s3(co_await body.read_some()));
        if (bytes.empty()) {
            break;
        }
        if (upload.size() + bytes.size() > kUploadBytesMax) {
            co_return entity_too_large();
        }
        LAMBENT_CO_TRY(in_s3(co_await upload.write(std::move(bytes))));
    }
    LAMBENT_CO_TRY(triggers::UploadDigests digests, in_s3(co_await upload.finish()));
    LAMBENT_CO_TRY(compare_digests(checks, digests));
    co_return digests;
}

Task<Answer<std::string>> receive_document(http::BodyReader& body, BodyChecks checks) {
    Result<std::string> read = co_await body.read_all(kDocumentBytesMax);
    if (read.has_error() && read.error().code() == Code::kTooLarge) {
        co_return AwsError(400, "MaxMessageLengthExceeded", "Your request was too big.");
    }
    LAMBENT_CO_TRY(std::string text, in_s3(std::move(read)));
    triggers::Checksum checksum(checks.kind);
    checksum.update(text);
    triggers::UploadDigests digests;
    digests.md5 = digest(HashKind::kMd5, text);
    digests.checksum = checksum.finish();
    LAMBENT_CO_TRY(compare_digests(checks, digests));
    co_return text;
}

}  // namespace lambent::api::s3
