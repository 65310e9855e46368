#include "api/wire/presigned.h"

#include "api/wire/sigv4.h"
#include "base/files/content_hash.h"
#include "base/http/uri.h"
#include "base/time_format.h"

namespace lambent::api {

std::string presigned_address(const PresignedGet& get, const Credentials::Key& key) {
    const std::string time = amz_date(get.now);
    const CredentialScope scope{time.substr(0, 8), get.region, get.service};
    const std::string credential = key.principal.access_key + "/" + scope.text();
    // In the order in which the signature wants them.
    const std::string query =
        "X-Amz-Algorithm=" + std::string(kAlgorithm) +
        "&X-Amz-Credential=" + http::percent_encode(credential, http::Slash::kEncode) +
        "&X-Amz-Date=" + time + "&X-Amz-Expires=" + std::to_string(get.lifetime.count()) +
        "&X-Amz-SignedHeaders=host";
    const std::string headers = "host:" + get.host + "\n";
    const std::string no_body = to_hex(digest(HashKind::kSha256, ""));
    CanonicalParts parts;
    parts.method = "GET";
    parts.path = get.path;
    parts.query = query;
    parts.headers = headers;
    parts.signed_headers = "host";
    parts.payload_hash = no_body;
    const std::string text = string_to_sign(time, scope, canonical_request(parts));
    return get.scheme + "://" + get.host + get.path + "?" + query +
           "&X-Amz-Signature=" + sign(signing_key(key.secret, scope), text);
}

}  // namespace lambent::api
