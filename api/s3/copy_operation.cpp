#include "api/s3/body_checks.h"
#include "api/s3/copy_source.h"
#include "api/s3/object_headers.h"
#include "api/s3/object_operations.h"
#include "api/s3/s3_errors.h"
#include "api/wire/xml.h"
#include "base/time_format.h"

#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::CopyMetadata;

Answer<CopyMetadata> read_directive(const S3Call& call) {
    const auto directive = call.header("x-amz-metadata-directive").value_or("COPY");
    if (directive == "COPY") {
        return CopyMetadata::kKeep;
    }
    if (directive == "REPLACE") {
        return CopyMetadata::kReplace;
    }
    return invalid_argument(
        "Unknown metadata directive.", "x-amz-metadata-directive", std::string(directive)
    );
}

Answer<void> check_copy(
    const S3Call& call, const triggers::ObjectInfo& source, CopyMetadata metadata
) {
    LAMBENT_TRY(check_copy_conditions(call, source));
    if (source.size > kUploadBytesMax) {
        return invalid_request(
            "The specified copy source is larger than the maximum allowable size for a copy "
            "source: 5368709120"
        );
    }
    const bool itself = source.bucket == call.bucket() && source.key == call.key();
    if (itself && metadata == CopyMetadata::kKeep && !call.header(kStorageClassHeader)) {
        return invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself "
            "without changing the object's metadata, storage class, website redirect location or "
            "encryption attributes."
        );
    }
    return {};
}

std::string copied_document(const triggers::ObjectInfo& copied) {
    XmlWriter xml;
    xml.open("CopyObjectResult", kNamespace);
    xml.leaf("LastModified", iso8601_ms(copied.modified));
    xml.leaf("ETag", quoted(copied.etag));
    if (!copied.checksum.empty()) {
        xml.leaf(checksum_element(copied.checksum_kind), copied.checksum);
    }
    xml.close();
    return xml.take();
}

}  // namespace

Task<Answer<http::Response>> ObjectOperations::copy(S3Call call) {
    LAMBENT_CO_TRY(const CopyMetadata metadata, read_directive(call));
    LAMBENT_CO_TRY(const Target from, read_copy_source(call));
    LAMBENT_CO_TRY(triggers::ObjectInfo info, read_object_headers(call));
    auto looking = store_.head(from.bucket, from.key);
    LAMBENT_CO_TRY(const triggers::ObjectInfo source, in_s3(co_await std::move(looking)));
    LAMBENT_CO_TRY(check_copy(call, source, metadata));
    auto copying = store_.copy(from.bucket, from.key, std::move(info), metadata, call.cause());
    LAMBENT_CO_TRY(const triggers::ObjectInfo copied, in_s3(co_await std::move(copying)));
    co_return xml_response(copied_document(copied));
}

}  // namespace lambent::api::s3
