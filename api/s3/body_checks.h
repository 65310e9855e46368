#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/object_store.h"

#include <memory>
#include <string>

namespace lambent::api::s3 {

inline constexpr std::uint64_t kUploadBytesMax = 5ULL << 30;
inline constexpr std::uint64_t kDocumentBytesMax = 8ULL << 20;  // of an XML body

// What the client says its body is.
struct BodyChecks {
    std::string md5;  // raw; empty when not given
    triggers::ChecksumKind kind = triggers::ChecksumKind::kNone;
    std::string checksum;  // base64; empty when it comes as a trailer or is only to be computed
};

// Content-MD5, x-amz-checksum-* and x-amz-trailer. With a trailer the front door checks the value.
Answer<BodyChecks> read_body_checks(const S3Call& call);

// Whether what arrived is what the client said.
Answer<void> compare_digests(const BodyChecks& checks, const triggers::UploadDigests& digests);

// Streams the body into `upload` and compares what arrived. Both outlive the call.
Task<Answer<triggers::UploadDigests>> receive(
    http::BodyReader& body, triggers::ObjectUpload& upload, BodyChecks checks
);

// A whole XML body, compared too.
Task<Answer<std::string>> receive_document(http::BodyReader& body, BodyChecks checks);

}  // namespace lambent::api::s3
