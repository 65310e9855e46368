#pragma once

#include "base/http/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::api {

// AWS Signature Version 4, the pure half: text in, text out. What is accepted, and when, is
// decided in signature_verifier.h; how a request says that it is signed, in authorization.h.

// What a signature is good for: "20260101/us-east-1/s3/aws4_request".
struct CredentialScope {
    std::string date;
    std::string region;
    std::string service;
    std::string text() const;
};

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// The paths that a client may have put under its signature, likeliest first. S3 takes the path as
// it was sent, or with the characters escaped that the client left bare; the other services
// normalise it (dot segments, empty segments) and escape it once more.
enum class PathRule { kS3, kOthers };
std::vector<std::string> canonical_paths(std::string_view raw_path, PathRule rule);

// The query, sorted, as it was sent, with bare characters escaped and without X-Amz-Signature.
std::string canonical_query(std::string_view raw_query);

// "host:localhost\nx-amz-date:20260101T000000Z\n" for the named headers, which are lower-case.
std::string canonical_headers(
    const http::Headers& headers, const std::vector<std::string>& signed_headers
);

struct CanonicalParts {
    std::string_view method;
    std::string_view path;
    std::string_view query;
    std::string_view headers;
    std::string_view signed_headers;  // "host;x-amz-date"
    std::string_view payload_hash;
};
std::string canonical_request(const CanonicalParts& parts);

std::string string_to_sign(
    std::string_view amz_time, const CredentialScope& scope, std::string_view canonical
);
std::string signing_key(std::string_view secret, const CredentialScope& scope);
std::string sign(std::string_view key, std::string_view text);  // lower-case hex

// Whether both are the same, in a time that does not tell where they differ.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace lambent::api
