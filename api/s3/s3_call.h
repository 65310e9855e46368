#pragma once

#include "api/wire/errors.h"
#include "api/wire/service.h"
#include "base/http/message.h"
#include "triggers/objects/object_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::api::s3 {

// In whose name objects expire.
inline constexpr char kLifecyclePrincipal[] = "s3.amazonaws.com";
inline constexpr char kVersionHeader[] = "x-amz-version-id";
inline constexpr char kMarkerHeader[] = "x-amz-delete-marker";
inline constexpr char kNamespace[] = "http://s3.amazonaws.com/doc/2006-03-01/";

struct S3Config {
    std::string region = "us-east-1";
    std::string account = "000000000000";
    // The "canonical user" that owns everything: 64 hex digits, as clients expect.
    std::string owner_id = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
};

// Which bucket and key a request names, each decoded once from the raw path. A host name
// "<bucket>.localhost" or "<bucket>.s3.localhost" puts the bucket in front of the path.
struct Target {
    std::string bucket;
    std::string key;
};
Answer<Target> parse_target(std::string_view raw_path, std::string_view host);
// "/bucket/key" as copy sources write it, with or without the slash in front.
Answer<Target> parse_path_target(std::string_view raw_path);

// One request to S3 on its way through an operation.
struct S3Call {
    Request request;
    http::BodyReader* body = nullptr;  // the front door's, for the duration of serve()
    Target target;

    const std::string& bucket() const { return target.bucket; }
    const std::string& key() const { return target.key; }
    // Bucket, key and the version asked for.
    triggers::ObjectPath path() const {
        return {target.bucket, target.key, item_or_empty("versionId")};
    }
    std::optional<std::string_view> header(std::string_view name) const {
        return request.head.headers.find(name);
    }
    std::optional<std::string_view> item(std::string_view name) const {
        return http::find_item(request.query, name);
    }
    std::string item_or_empty(std::string_view name) const {
        return std::string(item(name).value_or(""));
    }
    triggers::Cause cause() const;
};

// A number of a query between 0 and 2^31-1, `otherwise` when it is absent, at most `limit`.
Answer<std::size_t> number_item(
    const S3Call& call, std::string_view name, std::size_t otherwise, std::size_t limit
);

// The same of a header.
Answer<std::size_t> number_header(
    const S3Call& call, std::string_view name, std::size_t otherwise, std::size_t limit
);

// What S3 sends as x-amz-id-2 for a request, and repeats in the events the request raises.
std::string host_id(std::string_view request_id);

std::string lower_case(std::string_view text);  // of ASCII letters

http::Response xml_response(std::string document);
http::Response empty_response(unsigned status);

}  // namespace lambent::api::s3
