#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::cli {

// A method of a REST API and the function that it leads to.
struct RestMethodView {
    std::string name;
    bool is_signed = false;
    std::string function_arn;  // empty: it leads nowhere, or elsewhere

    friend bool operator==(const RestMethodView&, const RestMethodView&) = default;
};

struct RestResourceView {
    std::string id;
    std::string parent_id;
    std::string path;
    std::vector<RestMethodView> methods;
};

struct RestApiSettings {
    std::string name;
    std::string description;
    std::vector<std::string> binary_types;
    std::map<std::string, std::string> tags;
};

struct RestApiView {
    std::string id;
    RestApiSettings settings;
};

// REST APIs, in API Gateway's own API.
class RestApiClient {
  public:
    explicit RestApiClient(HttpClient& client) : client_(client) {}

    // By the value of one of its tags.
    Result<std::optional<RestApiView>> find(const std::string& tag, const std::string& value);
    Result<RestApiView> create(const RestApiSettings& settings);
    Result<void> update(const RestApiView& existing, const RestApiSettings& wanted);

    Result<std::vector<RestResourceView>> resources(const std::string& api);
    Result<RestResourceView> create_resource(
        const std::string& api, const std::string& parent, const std::string& part
    );
    Result<void> remove_resource(const std::string& api, const std::string& resource);
    Result<void> put_method(
        const std::string& api, const std::string& resource, const RestMethodView& method
    );
    Result<void> remove_method(
        const std::string& api, const std::string& resource, const std::string& method
    );

    using Variables = std::map<std::string, std::string>;
    // Nothing when there is no such stage.
    Result<std::optional<Variables>> stage(const std::string& api, const std::string& name);
    Result<void> deploy(
        const std::string& api, const std::string& stage, const Variables& variables
    );

  private:
    Result<nlohmann::json> ask(const HttpCall& call);

    HttpClient& client_;
};

}  // namespace lambent::cli
