#include "api/s3/list_operations.h"

#include "api/s3/object_headers.h"
#include "api/s3/s3_errors.h"
#include "api/wire/xml.h"
#include "base/files/content_hash.h"
#include "base/http/uri.h"
#include "base/time_format.h"

#include <string>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr std::size_t kPageKeysMax = 1000;

enum class Owners { kShow, kHide };

// What the three listings have in common.
struct Listing {
    triggers::ListRequest request;
    bool encode = false;  // encoding-type=url

    std::string shown(const std::string& text) const {
        return encode ? http::percent_encode(text, http::Slash::kKeep) : text;
    }
};

Answer<Listing> read_listing(const S3Call& call) {
    Listing listing;
    const std::string encoding = call.item_or_empty("encoding-type");
    if (!encoding.empty() && encoding != "url") {
        return invalid_argument(
            "Invalid Encoding Method specified in Request", "encoding-type", encoding
        );
    }
    listing.encode = encoding == "url";
    listing.request.bucket = call.bucket();
    listing.request.prefix = call.item_or_empty("prefix");
    listing.request.delimiter = call.item_or_empty("delimiter");
    LAMBENT_TRY(listing.request.limit, number_item(call, "max-keys", kPageKeysMax, kPageKeysMax));
    return listing;
}

void write_head(XmlWriter& xml, const Listing& listing, const triggers::ListPage& page) {
    xml.leaf("Name", listing.request.bucket);
    xml.leaf("Prefix", listing.shown(listing.request.prefix));
    if (!listing.request.delimiter.empty()) {
        xml.leaf("Delimiter", listing.shown(listing.request.delimiter));
    }
    xml.leaf("MaxKeys", std::to_string(listing.request.limit));
    if (listing.encode) {
        xml.leaf("EncodingType", "url");
    }
    xml.leaf("IsTruncated", page.truncated ? "true" : "false");
}

void write_owner(XmlWriter& xml, const S3Config& config) {
    xml.open("Owner");
    xml.leaf("ID", config.owner_id);
    xml.leaf("DisplayName", "lambent");
    xml.close();
}

void write_object(XmlWriter& xml, const Listing& listing, const triggers::ObjectInfo& object) {
    xml.leaf("Key", listing.shown(object.key));
    xml.leaf("LastModified", iso8601_ms(object.modified));
    xml.leaf("ETag", quoted(object.etag));
    if (!object.checksum.empty()) {
        xml.leaf("ChecksumAlgorithm", triggers::to_string(object.checksum_kind));
    }
    xml.leaf("Size", std::to_string(object.size));
    xml.leaf("StorageClass", storage_class(object));
}

void write_contents(
    XmlWriter& xml,
    const Listing& listing,
    const triggers::ListPage& page,
    const S3Config& config,
    Owners owners
) {
    for (const triggers::ObjectInfo& object : page.objects) {
        xml.open("Contents");
        write_object(xml, listing, object);
        if (owners == Owners::kShow) {
            write_owner(xml, config);
        }
        xml.close();
    }
}

void write_prefixes(XmlWriter& xml, const Listing& listing, const triggers::ListPage& page) {
    for (const std::string& prefix : page.common_prefixes) {
        xml.open("CommonPrefixes");
        xml.leaf("Prefix", listing.shown(prefix));
        xml.close();
    }
}

Answer<std::string> read_token(const S3Call& call) {
    const std::string token = call.item_or_empty("continuation-token");
    std::string after;
    if (!from_base64(token, after) || after.empty()) {
        return invalid_argument(
            "The continuation token provided is incorrect", "continuation-token", token
        );
    }
    return after;
}

}  // namespace

Task<Answer<http::Response>> ListOperations::objects(S3Call call) {
    const std::string type = call.item_or_empty("list-type");
    if (type == "2") {
        co_return co_await objects_v2(std::move(call));
    }
    if (!type.empty() && type != "1") {
        co_return invalid_argument("Invalid List Type specified in Request", "list-type", type);
    }
    co_return co_await objects_v1(std::move(call));
}

Task<Answer<http::Response>> ListOperations::objects_v1(S3Call call) {
    LAMBENT_CO_TRY(Listing listing, read_listing(call));
    listing.request.after = call.item_or_empty("marker");
    LAMBENT_CO_TRY(const auto page, in_s3(co_await store_.list(listing.request)));
    XmlWriter xml;
    xml.open("ListBucketResult", kNamespace);
    write_head(xml, listing, page);
    xml.leaf("Marker", listing.shown(listing.request.after));
    // Without a delimiter the last key of the page serves as the next marker.
    if (page.truncated && !listing.request.delimiter.empty()) {
        xml.leaf("NextMarker", listing.shown(page.last));
    }
    write_contents(xml, listing, page, config_, Owners::kShow);
    write_prefixes(xml, listing, page);
    xml.close();
    co_return xml_response(xml.take());
}

Task<Answer<http::Response>> ListOperations::objects_v2(S3Call call) {
    LAMBENT_CO_TRY(Listing listing, read_listing(call));
    const bool continued = call.item("continuation-token").has_value();
    const std::string start_after = call.item_or_empty("start-after");
    listing.request.after = start_after;
    if (continued) {
        LAMBENT_CO_TRY(listing.request.after, read_token(call));
    }
    LAMBENT_CO_TRY(const auto page, in_s3(co_await store_.list(listing.request)));
    const bool owner = call.item_or_empty("fetch-owner") == "true";
    XmlWriter xml;
    xml.open("ListBucketResult", kNamespace);
    write_head(xml, listing, page);
    xml.leaf("KeyCount", std::to_string(page.objects.size() + page.common_prefixes.size()));
    if (!start_after.empty()) {
        xml.leaf("StartAfter", listing.shown(start_after));
    }
    if (continued) {
        xml.leaf("ContinuationToken", call.item_or_empty("continuation-token"));
    }
    if (page.truncated) {
        xml.leaf("NextContinuationToken", to_base64(page.last));
    }
    write_contents(xml, listing, page, config_, owner ? Owners::kShow : Owners::kHide);
    write_prefixes(xml, listing, page);
    xml.close();
    co_return xml_response(xml.take());
}

Task<Answer<http::Response>> ListOperations::versions(S3Call call) {
    LAMBENT_CO_TRY(Listing listing, read_listing(call));
    listing.request.after = call.item_or_empty("key-marker");
    LAMBENT_CO_TRY(const auto page, in_s3(co_await store_.list(listing.request)));
    XmlWriter xml;
    xml.open("ListVersionsResult", kNamespace);
    write_head(xml, listing, page);
    xml.leaf("KeyMarker", listing.shown(listing.request.after));
    xml.leaf("VersionIdMarker", call.item_or_empty("version-id-marker"));
    if (page.truncated) {
        xml.leaf("NextKeyMarker", listing.shown(page.last));
        xml.leaf("NextVersionIdMarker", "null");
    }
    for (const triggers::ObjectInfo& object : page.objects) {
        xml.open("Version");
        write_object(xml, listing, object);
        xml.leaf("VersionId", "null");
        xml.leaf("IsLatest", "true");
        write_owner(xml, config_);
        xml.close();
    }
    write_prefixes(xml, listing, page);
    xml.close();
    co_return xml_response(xml.take());
}

}  // namespace lambent::api::s3
