#pragma once

#include "api/wire/credentials.h"
#include "api/wire/service.h"
#include "base/clock.h"
#include "base/http/message.h"
#include "base/logger.h"

#include <memory>
#include <string>
#include <vector>

namespace lambent::api {

enum class AuthMode { kSigV4, kNone };  // kNone: loopback only, see app/daemon

struct FrontDoorConfig {
    AuthMode auth = AuthMode::kSigV4;
    std::string region = "us-east-1";
    std::uint64_t held_bytes_max = 512ULL << 20;  // of all bodies that are held at once
    std::uint16_t port = 4566;  // for the Host check; Host must name loopback or a *.localhost name
    // Of the certificate, if TLS is spoken: "example.org", "*.example.org". Who reaches the server
    // by one over TLS was not led here by somebody else's name.
    std::vector<std::string> certified_names;
};

// Every request passes here, once: Host and Origin, which service is meant (credential scope,
// X-Amz-Target, date paths, else S3; /_lambent/ is the platform's own), signature, body unwrapping.
// What a handler gets is authenticated. A request that came in by a cell's entrance
// ("function:<name>") must be signed with that function's key. Open are GET /_lambent/health,
// functions' addresses that want no signature (on hosts of their own, which pages of other origins
// may call), what a bucket's policy, CORS rules or website opens, and the link that confirms a
// subscription.
class FrontDoor final : public http::Handler {
  public:
    struct Services {
        Service& lambda;
        Service& s3;
        Service& logs;
        Service& sts;
        Service& autoscaling;
        Service& events;
        Service& scheduler;
        Service& sqs;
        Service& sns;
        Service& admin;  // /_lambent/…
        PublicService& function_urls;
        Service& apigateway;
        PublicService& http_apis;
    };
    FrontDoor(
        FrontDoorConfig config,
        Services services,
        const Credentials& credentials,
        const Clock& clock,
        Logger log
    );
    ~FrontDoor() override;
    Task<http::Response> handle(http::RequestHead head, http::BodyReader& body) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::api
