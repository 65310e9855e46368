#include "api/s3/body_checks.h"
#include "api/s3/copy_source.h"
#include "api/s3/object_headers.h"
#include "api/s3/object_operations.h"
#include "api/s3/s3_errors.h"
#include "api/s3/write_condition.h"
#include "api/wire/xml.h"
#include "base/time_format.h"

#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::CopyMetadata;

Answer<CopyMetadata> read_directive(const S3Call& call, const char* header, const char* refusal) {
    const auto directive = call.header(header).value_or("COPY");
    if (directive == "COPY") {
        return CopyMetadata::kKeep;
    }
    if (directive == "REPLACE") {
        return CopyMetadata::kReplace;
    }
    return invalid_argument(refusal, header, std::string(directive));
}

Answer<triggers::CopyRules> read_copy_rules(const S3Call& call) {
    triggers::CopyRules rules;
    LAMBENT_TRY(
        rules.metadata,
        read_directive(call, "x-amz-metadata-directive", "Unknown metadata directive.")
    );
    LAMBENT_TRY(
        rules.tags, read_directive(call, "x-amz-tagging-directive", "Unknown tagging directive.")
    );
    LAMBENT_TRY(rules.condition, read_write_condition(call));
    return rules;
}

Answer<void> check_copy(
    const S3Call& call,
    const triggers::ObjectPath& from,
    const triggers::ObjectInfo& source,
    CopyMetadata metadata
) {
    LAMBENT_TRY(check_copy_conditions(call, source));
    if (source.size > kUploadBytesMax) {
        return invalid_request(
            "The specified copy source is larger than the maximum allowable size for a copy "
            "source: 5368709120"
        );
    }
    const bool itself =
        source.bucket == call.bucket() && source.key == call.key() && from.version.empty();
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
    LAMBENT_CO_TRY(const triggers::CopyRules rules, read_copy_rules(call));
    LAMBENT_CO_TRY(const triggers::ObjectPath from, read_copy_source(call));
    LAMBENT_CO_TRY(triggers::ObjectInfo info, read_object_headers(call));
    LAMBENT_CO_TRY(const auto source, in_source(co_await store_.head(from)));
    LAMBENT_CO_TRY(check_copy(call, from, source, rules.metadata));
    auto copying = store_.copy(from, std::move(info), rules, call.cause());
    LAMBENT_CO_TRY(const auto copied, in_source(co_await std::move(copying)));
    http::Response response = xml_response(copied_document(copied));
    write_version_id(copied, response.headers);
    write_source_version(source, response.headers);
    co_return response;
}

}  // namespace lambent::api::s3
