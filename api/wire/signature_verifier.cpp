#include "api/wire/signature_verifier.h"

#include "base/result.h"
#include "base/time_format.h"

#include <boost/beast/core/string.hpp>

#include <cctype>
#include <utility>

namespace lambent::api {
namespace {

constexpr std::chrono::minutes kSkewMax{15};
constexpr std::size_t kCachedKeysMax = 1024;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

bool is_amz_header(std::string_view name) {
    constexpr std::string_view kPrefix = "x-amz-";
    return name.size() >= kPrefix.size() &&
           boost::beast::iequals({name.data(), kPrefix.size()}, {kPrefix.data(), kPrefix.size()});
}

// The headers that decide what a request does must be under its signature.
Checked<void> check_coverage(const http::RequestHead& head, const Authorization& authorization) {
    if (!authorization.covers("host")) {
        return Refusal(Fault::kUnsignedHeader, "The Host header must be signed.");
    }
    for (const auto& field : head.headers.all()) {
        if (!is_amz_header(field.first)) {
            continue;
        }
        const std::string name = lower(field.first);
        if (!authorization.covers(name)) {
            return Refusal(
                Fault::kUnsignedHeader,
                "There were headers present in the request which were not signed: " + name
            );
        }
    }
    for (const std::string& name : authorization.signed_headers) {
        if (head.headers.count(name) == 0) {
            return Refusal(
                Fault::kWrongSignature, "The request lacks a header that was signed: " + name
            );
        }
    }
    return {};
}

}  // namespace

Checked<Principal> SignatureVerifier::check_claims(
    const http::RequestHead& head, const Authorization& authorization
) const {
    const Credentials::Key* key = credentials_.find(authorization.access_key);
    if (key == nullptr) {
        return Refusal(
            Fault::kUnknownKey, "The security token included in the request is invalid."
        );
    }
    LAMBENT_TRY(check_scope(authorization));
    LAMBENT_TRY(check_time(authorization));
    LAMBENT_TRY(check_coverage(head, authorization));
    return key->principal;
}

Checked<void> SignatureVerifier::check_scope(const Authorization& authorization) const {
    const CredentialScope& scope = authorization.scope;
    if (scope.region != region_) {
        return Refusal(
            Fault::kWrongScope,
            "The region '" + scope.region + "' is wrong; expecting '" + region_ + "'"
        );
    }
    if (scope.date != std::string_view(authorization.amz_time).substr(0, 8)) {
        return Refusal(
            Fault::kWrongScope, "Date in Credential scope does not match YYYYMMDD of the request."
        );
    }
    return {};
}

Checked<void> SignatureVerifier::check_time(const Authorization& authorization) const {
    const WallTime now = clock_.wall_now();
    const bool is_query = authorization.form == Authorization::Form::kQuery;
    if (authorization.time > now + kSkewMax) {
        return Refusal(
            is_query ? Fault::kExpired : Fault::kSkewed,
            "Signature not yet current: " + authorization.amz_time + " is still later than " +
                amz_date(now + kSkewMax) + " (" + amz_date(now) + " + 15 min.)"
        );
    }
    if (is_query && now > authorization.time + authorization.expires) {
        return Refusal(Fault::kExpired, "Request has expired");
    }
    if (!is_query && authorization.time < now - kSkewMax) {
        return Refusal(
            Fault::kSkewed,
            "Signature expired: " + authorization.amz_time + " is now earlier than " +
                amz_date(now - kSkewMax) + " (" + amz_date(now) + " - 15 min.)"
        );
    }
    return {};
}

Checked<void> SignatureVerifier::verify(
    const http::RequestHead& head, const Authorization& authorization, std::string_view payload_hash
) {
    const Credentials::Key* key = credentials_.find(authorization.access_key);
    if (key == nullptr) {
        return Refusal(
            Fault::kUnknownKey, "The security token included in the request is invalid."
        );
    }
    DerivedKey& signing = derived_key(*key, authorization.scope);
    const std::string query = canonical_query(head.query);
    const std::string headers = canonical_headers(head.headers, authorization.signed_headers);
    const std::string list = authorization.signed_header_list();
    const PathRule rule = authorization.scope.service == "s3" ? PathRule::kS3 : PathRule::kOthers;
    for (const std::string& path : canonical_paths(head.path, rule)) {
        const CanonicalParts parts{head.method, path, query, headers, list, payload_hash};
        const std::string text =
            string_to_sign(authorization.amz_time, authorization.scope, canonical_request(parts));
        if (same_secret(to_hex(signing.hmac.sign(text)), authorization.signature)) {
            return {};
        }
    }
    return Refusal(
        Fault::kWrongSignature,
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method."
    );
}

ChunkSeal SignatureVerifier::seal(const Authorization& authorization) {
    const Credentials::Key* key = credentials_.find(authorization.access_key);
    LAMBENT_ASSERT(key != nullptr);
    return ChunkSeal{
        derived_key(*key, authorization.scope).raw,
        authorization.amz_time,
        authorization.scope,
        authorization.signature};
}

// A client signs for one day and region at a time, and a key that is given a new secret gets a new
// one here: what no longer fits is derived anew.
SignatureVerifier::DerivedKey& SignatureVerifier::derived_key(
    const Credentials::Key& key, const CredentialScope& scope
) {
    std::string name;
    name.reserve(key.principal.access_key.size() + scope.service.size() + 1);
    name.append(key.principal.access_key).append("/").append(scope.service);
    const auto known = keys_.find(name);
    if (known != keys_.end() && known->second.secret == key.secret &&
        known->second.scope.date == scope.date && known->second.scope.region == scope.region) {
        return known->second;
    }
    if (keys_.size() >= kCachedKeysMax) {
        keys_.clear();
    }
    std::string raw = signing_key(key.secret, scope);
    HmacKey hmac(raw);
    DerivedKey derived{key.secret, scope, std::move(raw), std::move(hmac)};
    return keys_.insert_or_assign(std::move(name), std::move(derived)).first->second;
}

}  // namespace lambent::api
