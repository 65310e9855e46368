#include "api/s3/versioning_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/listing.h"
#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "base/time_format.h"
#include "triggers/objects/version_id.h"

#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::Versioning;

Answer<Versioning> parse_versioning(const std::string& text) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node root = child(document, "VersioningConfiguration");
    if (!root) {
        return malformed_xml();
    }
    if (text_of(root, "MfaDelete") == "Enabled") {
        return not_implemented("MfaDelete");
    }
    const std::string status = text_of(root, "Status");
    if (status == "Enabled") {
        return Versioning::kEnabled;
    }
    if (status == "Suspended") {
        return Versioning::kSuspended;
    }
    if (status.empty()) {
        return AwsError(
            400,
            "IllegalVersioningConfigurationException",
            "The Versioning element must be specified"
        );
    }
    return malformed_xml();
}

// version-id-marker counts only together with key-marker.
Answer<std::string> read_version_marker(const S3Call& call) {
    const std::string marker = call.item_or_empty("version-id-marker");
    if (marker.empty()) {
        return marker;
    }
    if (call.item_or_empty("key-marker").empty()) {
        return invalid_argument(
            "A version-id marker cannot be specified without a key marker.",
            "version-id-marker",
            marker
        );
    }
    if (!triggers::is_version_id(marker)) {
        return invalid_argument("Invalid version id specified", "version-id-marker", marker);
    }
    return marker;
}

std::string shown_version(const triggers::ObjectInfo& object) {
    return object.version.empty() ? triggers::kNullVersion : object.version;
}

void write_version(
    XmlWriter& xml,
    const Listing& listing,
    const triggers::VersionPage::Entry& entry,
    const S3Config& config
) {
    const triggers::ObjectInfo& object = entry.object;
    xml.open(object.is_marker() ? "DeleteMarker" : "Version");
    if (object.is_marker()) {
        xml.leaf("Key", listing.shown(object.key));
        xml.leaf("LastModified", iso8601_ms(object.modified));
    } else {
        write_listed_object(xml, listing, object);
    }
    xml.leaf("VersionId", shown_version(object));
    xml.leaf("IsLatest", entry.standing == triggers::Standing::kLatest ? "true" : "false");
    write_owner(xml, config);
    xml.close();
}

}  // namespace

Task<Answer<http::Response>> VersioningOperations::put(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(const Versioning versioning, parse_versioning(text));
    LAMBENT_CO_TRY(in_s3(co_await store_.set_versioning(call.bucket(), versioning)));
    co_return empty_response(200);
}

Task<Answer<http::Response>> VersioningOperations::get(S3Call call) {
    LAMBENT_CO_TRY(const auto bucket, in_s3(co_await store_.bucket(call.bucket())));
    XmlWriter xml;
    xml.open("VersioningConfiguration", kNamespace);
    if (bucket.versioning != Versioning::kNever) {
        const bool enabled = bucket.versioning == Versioning::kEnabled;
        xml.leaf("Status", enabled ? "Enabled" : "Suspended");
    }
    xml.close();
    co_return xml_response(xml.take());
}

Task<Answer<http::Response>> VersioningOperations::list(S3Call call) {
    LAMBENT_CO_TRY(const Listing listing, read_listing(call));
    LAMBENT_CO_TRY(const std::string marker, read_version_marker(call));
    triggers::VersionRequest request;
    request.bucket = call.bucket();
    request.prefix = listing.request.prefix;
    request.delimiter = listing.request.delimiter;
    request.limit = listing.request.limit;
    request.after_key = call.item_or_empty("key-marker");
    if (!marker.empty()) {
        const triggers::ObjectPath path{request.bucket, request.after_key, marker};
        LAMBENT_CO_TRY(request.after_sequence, in_s3(co_await store_.sequence_of(path)));
    }
    LAMBENT_CO_TRY(const auto page, in_s3(co_await store_.versions(request)));
    XmlWriter xml;
    xml.open("ListVersionsResult", kNamespace);
    write_listing_head(xml, listing, page.truncated ? Truncation::kCut : Truncation::kWhole);
    xml.leaf("KeyMarker", listing.shown(request.after_key));
    xml.leaf("VersionIdMarker", marker);
    if (page.truncated) {
        xml.leaf("NextKeyMarker", listing.shown(page.last_key));
        if (!page.last_version.empty()) {
            xml.leaf("NextVersionIdMarker", page.last_version);
        }
    }
    for (const triggers::VersionPage::Entry& entry : page.entries) {
        write_version(xml, listing, entry, config_);
    }
    write_prefixes(xml, listing, page.common_prefixes);
    xml.close();
    co_return xml_response(xml.take());
}

}  // namespace lambent::api::s3
