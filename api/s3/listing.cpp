#include "api/s3/listing.h"

#include "api/s3/object_headers.h"
#include "api/s3/s3_errors.h"
#include "base/http/uri.h"
#include "base/time_format.h"

namespace lambent::api::s3 {
namespace {

constexpr std::size_t kPageKeysMax = 1000;

}  // namespace

std::string Listing::shown(const std::string& text) const {
    return encode ? http::percent_encode(text, http::Slash::kKeep) : text;
}

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

void write_listing_head(XmlWriter& xml, const Listing& listing, Truncation truncation) {
    xml.leaf("Name", listing.request.bucket);
    xml.leaf("Prefix", listing.shown(listing.request.prefix));
    if (!listing.request.delimiter.empty()) {
        xml.leaf("Delimiter", listing.shown(listing.request.delimiter));
    }
    xml.leaf("MaxKeys", std::to_string(listing.request.limit));
    if (listing.encode) {
        xml.leaf("EncodingType", "url");
    }
    xml.leaf("IsTruncated", truncation == Truncation::kCut ? "true" : "false");
}

void write_owner(XmlWriter& xml, const S3Config& config) {
    xml.open("Owner");
    xml.leaf("ID", config.owner_id);
    xml.leaf("DisplayName", "lambent");
    xml.close();
}

void write_listed_object(
    XmlWriter& xml, const Listing& listing, const triggers::ObjectInfo& object
) {
    xml.leaf("Key", listing.shown(object.key));
    xml.leaf("LastModified", iso8601_ms(object.modified));
    xml.leaf("ETag", quoted(object.etag));
    if (!object.checksum.empty()) {
        xml.leaf("ChecksumAlgorithm", triggers::to_string(object.checksum_kind));
    }
    xml.leaf("Size", std::to_string(object.size));
    xml.leaf("StorageClass", storage_class(object));
}

void write_prefixes(
    XmlWriter& xml, const Listing& listing, const std::vector<std::string>& prefixes
) {
    for (const std::string& prefix : prefixes) {
        xml.open("CommonPrefixes");
        xml.leaf("Prefix", listing.shown(prefix));
        xml.close();
    }
}

}  // namespace lambent::api::s3
