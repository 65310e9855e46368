#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object.h"

namespace lambent::api::s3 {

// What a client says about an object it stores: content type, the headers S3 keeps and gives back,
// x-amz-meta-*. Refuses what would silently not be honoured (encryption keys, public ACLs).
Answer<triggers::ObjectInfo> read_object_headers(const S3Call& call);

// The same on the way back, with the response-* overrides of a (presigned) GET.
Answer<void> write_object_headers(
    const S3Call& call, const triggers::ObjectInfo& object, http::Headers& headers
);

// ETag, Last-Modified: what also a 304 carries.
void write_validators(const triggers::ObjectInfo& object, http::Headers& headers);

void write_version_id(const triggers::ObjectInfo& object, http::Headers& headers);

std::string quoted(const std::string& etag);
// "x-amz-checksum-crc32" and its XML element "ChecksumCRC32".
std::string checksum_header(triggers::ChecksumKind kind);
std::string checksum_element(triggers::ChecksumKind kind);

inline constexpr char kStorageClassHeader[] = "x-amz-storage-class";
std::string storage_class(const triggers::ObjectInfo& object);

}  // namespace lambent::api::s3
