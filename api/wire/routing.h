#pragma once

#include "api/wire/authorization.h"
#include "api/wire/refusal.h"
#include "base/http/message.h"
#include "base/http/uri.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api {

enum class ServiceName {
    kLambda,
    kS3,
    kLogs,
    kSts,
    kAutoscaling,
    kEvents,
    kScheduler,
    kSqs,
    kSns,
    kAdmin,
    kFunctionUrl,
    kApiGateway,
    kHttpApi,
    kUnknown
};

// The address of functions that a request came to: by its host, which is nobody else's,
// "<id>.lambda-url.<region>.localhost" or "<id>.execute-api.<region>.localhost", or by path on the
// platform's own (localhost or a loopback address: names below are origins of others),
// "/_url/<name>/…" or "/_api/<id>/…".
struct FunctionAddress {
    enum class Kind { kUrl, kApi };
    Kind kind = Kind::kUrl;
    bool by_path = false;
    std::string_view id;  // not of a URL by path
    std::string_view region;
    std::string_view reference;  // of a URL by path: "name" or "name:alias", percent-encoded
    std::string_view path;       // what the function sees; begins with '/', or is empty
};
std::optional<FunctionAddress> function_address(const http::RequestHead& head);

// Which service a request means: what it is signed for, else X-Amz-Target, the date in Lambda's
// paths, Action=, and what is left is S3's. Paths below /_lambent/ are the platform's own.
ServiceName find_service(
    const http::RequestHead& head,
    const http::QueryItems& query,
    const std::optional<Authorization>& authorization
);
// How an error must look to who sent this.
Style style_of(ServiceName service, const http::RequestHead& head);

// Whether a Host names this machine to itself: a loopback address, localhost or a name below it,
// with `port` or none (0: any port will do). Anything else came by a name that somebody else
// controls.
bool is_own_host(std::string_view host, std::uint16_t port);
// Whether a Host, with or without a port, is one of a certificate's names; "*" is any one label.
bool is_certified_host(std::string_view host, const std::vector<std::string>& names);
// The bucket of a host "<bucket>.s3-website.localhost", with or without a port; empty for every
// other.
std::string_view website_bucket(std::string_view host);
// Whether it is such a host: pages of a bucket, whatever their paths look like.
bool is_website_host(std::string_view host);
// Whether a browser sent this for a page that is not ours.
bool is_cross_origin(const http::RequestHead& head);

// Whether a decoded path has no empty, "." or ".." segment; a slash at the end is allowed.
bool is_normal_path(std::string_view path);

// POST /2015-03-31/functions/<name>/invocations, or its streaming sister
bool is_invoke(const http::RequestHead& head);
// The largest body that any operation of the service takes in one piece.
std::uint64_t body_bytes_max(ServiceName service, const http::RequestHead& head);

}  // namespace lambent::api
