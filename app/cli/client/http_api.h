#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::cli {

// Which pages of other origins may call an HTTP API.
struct HttpApiCors {
    bool allow_credentials = false;
    std::vector<std::string> allow_origins;
    std::vector<std::string> allow_methods;
    std::vector<std::string> allow_headers;
    std::vector<std::string> expose_headers;
    std::optional<std::uint32_t> max_age_s;

    friend bool operator==(const HttpApiCors&, const HttpApiCors&) = default;
};

struct HttpApiSettings {
    std::string name;
    std::string description;
    std::optional<HttpApiCors> cors;
    std::map<std::string, std::string> tags;

    friend bool operator==(const HttpApiSettings&, const HttpApiSettings&) = default;
};

struct HttpApiView {
    std::string id;
    HttpApiSettings settings;
};

// Who decides about requests: the issuer of tokens, or a function.
struct HttpAuthorizer {
    std::string name;
    std::string issuer;  // empty: the function
    std::vector<std::string> audience;
    std::string function_arn;
    std::vector<std::string> identity_sources;  // "$request.header.Authorization"
    bool simple_responses = false;
    std::uint32_t ttl_s = 0;

    bool is_jwt() const { return !issuer.empty(); }
    friend bool operator==(const HttpAuthorizer&, const HttpAuthorizer&) = default;
};

struct HttpIntegration {
    std::string function_arn;
    std::string payload_version = "2.0";
    std::uint32_t timeout_ms = 30'000;

    friend bool operator==(const HttpIntegration&, const HttpIntegration&) = default;
};

struct HttpRoute {
    std::string key;  // "GET /pets/{id}", "$default"
    std::string integration_id;
    std::string auth = "NONE";  // or AWS_IAM, JWT, CUSTOM
    std::string authorizer_id;
    std::vector<std::string> scopes;

    friend bool operator==(const HttpRoute&, const HttpRoute&) = default;
};

// A part of an API, and the id that API Gateway gave it.
template <class Part>
struct Identified {
    std::string id;
    Part part;
};

struct HttpStage {
    std::string name;
    std::map<std::string, std::string> variables;
    bool follows = false;  // deploys by itself
};

// HTTP APIs, in API Gateway's own API (v2).
class HttpApiClient {
  public:
    explicit HttpApiClient(HttpClient& client) : client_(client) {}

    // By the value of one of its tags.
    Result<std::optional<HttpApiView>> find(const std::string& tag, const std::string& value);
    Result<HttpApiView> create(const HttpApiSettings& settings);
    Result<void> update(const HttpApiView& existing, const HttpApiSettings& wanted);

    Result<std::vector<Identified<HttpAuthorizer>>> authorizers(const std::string& api);
    Result<std::vector<Identified<HttpIntegration>>> integrations(const std::string& api);
    Result<std::vector<Identified<HttpRoute>>> routes(const std::string& api);
    // Each returns the new part's id.
    Result<std::string> create(const std::string& api, const HttpAuthorizer& authorizer);
    Result<std::string> create(const std::string& api, const HttpIntegration& integration);
    Result<std::string> create(const std::string& api, const HttpRoute& route);
    Result<void> update_route(
        const std::string& api, const std::string& id, const HttpRoute& route
    );
    // `kind`: "routes", "integrations", "authorizers" or "stages".
    Result<void> remove(const std::string& api, const std::string& kind, const std::string& id);

    Result<std::vector<HttpStage>> stages(const std::string& api);
    // Makes a stage that follows the API, or makes it one.
    Result<void> create_stage(const std::string& api, const HttpStage& stage);
    Result<void> update_stage(const std::string& api, const HttpStage& stage);

  private:
    Result<nlohmann::json> ask(const HttpCall& call);
    Result<std::vector<nlohmann::json>> list(const std::string& path);

    HttpClient& client_;
};

}  // namespace lambent::cli
