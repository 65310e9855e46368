#pragma once

#include "app/cli/client/rest_api.h"
#include "app/cli/deploy/deployment.h"

#include <string>
#include <vector>

namespace lambent::cli {

// A route that a function's event asks for.
struct WantedRoute {
    ApiTrigger trigger;
    std::string function_arn;
};

// Brings REST APIs to what a template says: resources and methods that it does not name go, and the
// stage gets a new deployment when something changed. Its APIs are known by a tag.
class ApiDeployer {
  public:
    ApiDeployer(HttpClient& client, std::string stack_name)
        : client_(client), apis_(client), stack_name_(std::move(stack_name)) {}

    Result<DeployedApi> put(const TemplateApi& api, const std::vector<WantedRoute>& routes);

  private:
    using Resources = std::vector<RestResourceView>;

    Result<std::string> put_settings(const TemplateApi& api, DeployedApi& done);
    // Whether anything changed.
    Result<bool> put_routes(const std::string& id, const std::vector<WantedRoute>& routes);
    Result<bool> remove_unwanted(
        const std::string& id, Resources& existing, const std::vector<WantedRoute>& routes
    );
    Result<std::string> resource_at(
        const std::string& id, Resources& existing, const std::string& path
    );
    std::string url_of(const std::string& id, const std::string& stage) const;

    HttpClient& client_;
    RestApiClient apis_;
    std::string stack_name_;
};

}  // namespace lambent::cli
