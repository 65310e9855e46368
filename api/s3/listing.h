#pragma once

#include "api/s3/s3_call.h"
#include "api/wire/xml.h"
#include "triggers/objects/object_store.h"

#include <string>
#include <vector>

namespace lambent::api::s3 {

// What the listings of objects and of versions have in common.
struct Listing {
    triggers::ListRequest request;
    bool encode = false;  // encoding-type=url

    std::string shown(const std::string& text) const;
};

Answer<Listing> read_listing(const S3Call& call);

enum class Truncation { kWhole, kCut };
// Name, prefix, delimiter, limit, encoding, whether more is to come.
void write_listing_head(XmlWriter& xml, const Listing& listing, Truncation truncation);
void write_listed_object(
    XmlWriter& xml, const Listing& listing, const triggers::ObjectInfo& object
);
void write_owner(XmlWriter& xml, const S3Config& config);
void write_prefixes(
    XmlWriter& xml, const Listing& listing, const std::vector<std::string>& prefixes
);

}  // namespace lambent::api::s3
