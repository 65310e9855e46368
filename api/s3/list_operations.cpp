#include "api/s3/list_operations.h"

#include "api/s3/listing.h"
#include "api/s3/s3_errors.h"
#include "api/wire/xml.h"
#include "base/files/content_hash.h"

#include <string>
#include <utility>

namespace lambent::api::s3 {
namespace {

enum class Owners { kShow, kHide };

Truncation truncation_of(const triggers::ListPage& page) {
    return page.truncated ? Truncation::kCut : Truncation::kWhole;
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
        write_listed_object(xml, listing, object);
        if (owners == Owners::kShow) {
            write_owner(xml, config);
        }
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
    write_listing_head(xml, listing, truncation_of(page));
    xml.leaf("Marker", listing.shown(listing.request.after));
    // Without a delimiter the last key of the page serves as the next marker.
    if (page.truncated && !listing.request.delimiter.empty()) {
        xml.leaf("NextMarker", listing.shown(page.last));
    }
    write_contents(xml, listing, page, config_, Owners::kShow);
    write_prefixes(xml, listing, page.common_prefixes);
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
    write_listing_head(xml, listing, truncation_of(page));
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
    write_prefixes(xml, listing, page.common_prefixes);
    xml.close();
    co_return xml_response(xml.take());
}

}  // namespace lambent::api::s3
