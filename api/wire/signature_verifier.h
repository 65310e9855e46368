#pragma once

#include "api/wire/authorization.h"
#include "api/wire/credentials.h"
#include "base/clock.h"
#include "base/files/content_hash.h"

#include <string>
#include <unordered_map>

namespace lambent::api {

// What proves the chunks of a body that is signed piece by piece: each signature covers the one
// before it.
struct ChunkSeal {
    std::string signing_key;
    std::string amz_time;
    CredentialScope scope;
    std::string seed_signature;
};

// Decides whether a signature is that of a known key over exactly this request, about now, for this
// region. Event loop's thread only; owned by the front door.
class SignatureVerifier {
  public:
    SignatureVerifier(std::string region, const Credentials& credentials, const Clock& clock)
        : region_(std::move(region)), credentials_(credentials), clock_(clock) {}

    // All that can be told before the hash of the body is known: who it claims to be.
    Checked<Principal> check_claims(
        const http::RequestHead& head, const Authorization& authorization
    ) const;
    // And the proof. `payload_hash` is hex, or one of the literals that S3 knows.
    Checked<void> verify(
        const http::RequestHead& head,
        const Authorization& authorization,
        std::string_view payload_hash
    );
    // For the chunks behind a head that was verified.
    ChunkSeal seal(const Authorization& authorization);

  private:
    // What a secret becomes for one day, region and service.
    struct DerivedKey {
        std::string secret;
        CredentialScope scope;
        std::string raw;
        HmacKey hmac;
    };
    Checked<void> check_scope(const Authorization& authorization) const;
    Checked<void> check_time(const Authorization& authorization) const;
    DerivedKey& derived_key(const Credentials::Key& key, const CredentialScope& scope);

    std::string region_;
    const Credentials& credentials_;
    const Clock& clock_;
    std::unordered_map<std::string, DerivedKey> keys_;  // by access key and service
};

}  // namespace lambent::api
