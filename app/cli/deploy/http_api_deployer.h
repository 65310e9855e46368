#pragma once

#include "app/cli/client/http_api.h"
#include "app/cli/deploy/deployment.h"

#include <set>
#include <string>
#include <vector>

namespace lambent::cli {

// A route that a function's event asks for.
struct WantedHttpRoute {
    HttpApiTrigger trigger;
    std::string function_arn;
};

// Brings HTTP APIs to what a template says: routes, integrations, authorizers and stages that it
// does not name go. Integrations and authorizers are not changed but replaced, and a route is moved
// to its new ones at once: none is open, or leads astray, in between. Its APIs are known by a tag.
class HttpApiDeployer {
  public:
    HttpApiDeployer(HttpClient& client, std::string stack_name)
        : client_(client), apis_(client), stack_name_(std::move(stack_name)) {}

    // The id of the API; it is made when it is missing, without routes and stages.
    Result<std::string> reserve(const TemplateHttpApi& api);
    // Of one that is reserved.
    Result<DeployedApi> put(const TemplateHttpApi& api, const std::vector<WantedHttpRoute>& routes);

  private:
    // What an API has, as it is while it is changed.
    struct Parts {
        std::vector<Identified<HttpAuthorizer>> authorizers;
        std::vector<Identified<HttpIntegration>> integrations;
        std::vector<Identified<HttpRoute>> routes;
        std::set<std::string> wanted;  // the ids of those that stay
        bool is_changed = false;
    };

    HttpApiSettings settings_of(const TemplateHttpApi& api) const;
    Result<bool> put_parts(
        const std::string& id,
        const TemplateHttpApi& api,
        const std::vector<WantedHttpRoute>& routes
    );
    Result<HttpRoute> route_of(
        const std::string& id,
        const TemplateHttpApi& api,
        const WantedHttpRoute& wanted,
        Parts& parts
    );
    Result<void> put_route(const std::string& id, const HttpRoute& route, Parts& parts);
    // The id of the part that is like the wanted one; made when there is none.
    template <class Part>
    Result<std::string> part_like(
        const std::string& id,
        const Part& wanted,
        std::vector<Identified<Part>>& among,
        Parts& parts
    );
    template <class Part>
    Result<void> remove_unwanted(
        const std::string& id,
        const char* kind,
        const std::vector<Identified<Part>>& among,
        Parts& parts
    );
    Result<bool> put_stage(const std::string& id, const TemplateHttpApi& api);

    HttpClient& client_;
    HttpApiClient apis_;
    std::string stack_name_;
    std::set<std::string> created_;  // logical ids
};

}  // namespace lambent::cli
