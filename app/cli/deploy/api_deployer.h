#pragma once

#include "app/cli/client/rest_api.h"
#include "app/cli/deploy/deployment.h"

#include <set>
#include <string>
#include <vector>

namespace lambent::cli {

// Tags the APIs of templates; its value: "<stack>/<logical id>".
inline constexpr char kTemplateTag[] = "lambent:template";

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

    // The id of the API; it is made when it is missing, without resources and stages.
    Result<std::string> reserve(const TemplateApi& api);
    // Of one that is reserved.
    Result<DeployedApi> put(const TemplateApi& api, const std::vector<WantedRoute>& routes);

  private:
    using Resources = std::vector<RestResourceView>;

    RestApiSettings settings_of(const TemplateApi& api) const;
    Result<std::string> put_settings(const TemplateApi& api, DeployedApi& done);
    // Whether anything changed.
    Result<bool> put_routes(const std::string& id, const std::vector<WantedRoute>& routes);
    Result<bool> remove_unwanted(
        const std::string& id, Resources& existing, const std::vector<WantedRoute>& routes
    );
    Result<std::string> resource_at(
        const std::string& id, Resources& existing, const std::string& path
    );

    HttpClient& client_;
    RestApiClient apis_;
    std::string stack_name_;
    std::set<std::string> created_;  // logical ids
};

}  // namespace lambent::cli
