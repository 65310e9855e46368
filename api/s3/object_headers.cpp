#include "api/s3/object_headers.h"

#include "api/s3/access_request.h"
#include "api/s3/s3_errors.h"
#include "api/s3/tag_set.h"
#include "base/time_format.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr std::size_t kMetadataBytesMax = 2048;
constexpr std::string_view kMetaPrefix = "x-amz-meta-";
constexpr std::array<std::string_view, 7> kKept = {
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Expires",
    "x-amz-website-redirect-location",
    kStorageClassHeader};
constexpr std::array<std::string_view, 6> kRefused = {
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-legal-hold",
    "x-amz-write-offset-bytes"};
constexpr std::array<std::string_view, 8> kStorageClasses = {
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR"};

struct Override {
    std::string_view item;
    std::string_view header;
};
constexpr std::array kOverrides = {
    Override{"response-content-type", "Content-Type"},
    Override{"response-content-language", "Content-Language"},
    Override{"response-expires", "Expires"},
    Override{"response-cache-control", "Cache-Control"},
    Override{"response-content-disposition", "Content-Disposition"},
    Override{"response-content-encoding", "Content-Encoding"},
};

template <class List>
bool contains(const List& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

Answer<void> check_refused(const S3Call& call) {
    for (const std::string_view name : kRefused) {
        if (call.header(name)) {
            return not_implemented(std::string(name));
        }
    }
    const auto encryption = call.header("x-amz-server-side-encryption").value_or("AES256");
    if (encryption != "AES256") {
        return not_implemented("x-amz-server-side-encryption");
    }
    const auto acl = call.header("x-amz-acl").value_or("private");
    if (acl != "private" && acl != "bucket-owner-full-control") {
        return AwsError(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");
    }
    const auto storage = call.header(kStorageClassHeader).value_or("STANDARD");
    if (!contains(kStorageClasses, storage)) {
        return AwsError(400, "InvalidStorageClass", "The storage class you specified is not valid");
    }
    return {};
}

// "aws-chunked" says how the body travelled, not what it is.
std::string without_chunking(std::string_view encodings) {
    std::string kept;
    while (!encodings.empty()) {
        const auto comma = std::min(encodings.find(','), encodings.size());
        std::string_view one = encodings.substr(0, comma);
        encodings.remove_prefix(std::min(comma + 1, encodings.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        if (one != "aws-chunked" && !one.empty()) {
            kept += (kept.empty() ? "" : ",") + std::string(one);
        }
    }
    return kept;
}

void read_metadata(const http::Headers& headers, triggers::ObjectInfo& object) {
    for (const auto& [name, value] : headers.all()) {
        const std::string lowered = lower_case(name);
        if (!lowered.starts_with(kMetaPrefix)) {
            continue;
        }
        std::string& stored = object.metadata[lowered.substr(kMetaPrefix.size())];
        stored += (stored.empty() ? "" : ",") + value;
    }
}

bool is_header_text(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7F;
    });
}

}  // namespace

Answer<triggers::ObjectInfo> read_object_headers(const S3Call& call) {
    LAMBENT_TRY(check_refused(call));
    triggers::ObjectInfo object;
    object.bucket = call.bucket();
    object.key = call.key();
    LAMBENT_TRY(object.tags, read_tagging_header(call));
    object.content_type = call.header("Content-Type").value_or("binary/octet-stream");
    for (const std::string_view name : kKept) {
        std::string value(call.header(name).value_or(""));
        if (name == "Content-Encoding") {
            value = without_chunking(value);
        }
        if (!value.empty()) {
            object.headers[std::string(name)] = std::move(value);
        }
    }
    read_metadata(call.request.head.headers, object);
    std::size_t bytes = 0;
    for (const auto& [name, value] : object.metadata) {
        bytes += name.size() + value.size();
    }
    if (bytes > kMetadataBytesMax) {
        return AwsError(
            400,
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size"
        );
    }
    return object;
}

void write_version_id(const triggers::ObjectInfo& object, http::Headers& headers) {
    if (!object.version.empty()) {
        headers.set(kVersionHeader, object.version);
    }
}

void write_validators(const triggers::ObjectInfo& object, http::Headers& headers) {
    headers.set("ETag", quoted(object.etag));
    headers.set("Last-Modified", http_date(object.modified));
}

Answer<void> write_object_headers(
    const S3Call& call, const triggers::ObjectInfo& object, http::Headers& headers
) {
    write_validators(object, headers);
    headers.set("Accept-Ranges", "bytes");
    headers.set("Content-Type", object.content_type);
    write_version_id(object, headers);
    if (!object.tags.empty()) {
        headers.set("x-amz-tagging-count", std::to_string(object.tags.size()));
    }
    for (const auto& [name, value] : object.headers) {
        if (name != kStorageClassHeader || value != "STANDARD") {
            headers.set(name, value);
        }
    }
    for (const auto& [name, value] : object.metadata) {
        headers.add(std::string(kMetaPrefix) + name, value);
    }
    for (const auto& [item, header] : kOverrides) {
        const auto value = call.item(item);
        if (value && asker_of(call.request.principal) == Asker::kAnybody) {
            return invalid_request(
                "Request specific response headers cannot be used for anonymous GET requests."
            );
        }
        if (value && !is_header_text(*value)) {
            return invalid_argument(
                "Header value cannot be represented using ISO-8859-1.",
                std::string(item),
                std::string(*value)
            );
        }
        if (value) {
            headers.set(header, std::string(*value));
        }
    }
    return {};
}

std::string quoted(const std::string& etag) {
    return '"' + etag + '"';
}

std::string checksum_header(triggers::ChecksumKind kind) {
    return "x-amz-checksum-" + lower_case(triggers::to_string(kind));
}

std::string checksum_element(triggers::ChecksumKind kind) {
    return "Checksum" + std::string(triggers::to_string(kind));
}

std::string storage_class(const triggers::ObjectInfo& object) {
    const auto found = object.headers.find(kStorageClassHeader);
    return found == object.headers.end() ? "STANDARD" : found->second;
}

}  // namespace lambent::api::s3
