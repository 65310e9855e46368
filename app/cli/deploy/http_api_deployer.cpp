#include "app/cli/deploy/http_api_deployer.h"

#include "app/cli/deploy/api_deployer.h"

#include <algorithm>
#include <utility>

namespace lambent::cli {

HttpApiSettings HttpApiDeployer::settings_of(const TemplateHttpApi& api) const {
    HttpApiSettings settings = api.settings;
    settings.tags[kTemplateTag] = stack_name_ + "/" + api.logical_id;
    return settings;
}

Result<std::string> HttpApiDeployer::reserve(const TemplateHttpApi& api) {
    const HttpApiSettings wanted = settings_of(api);
    LAMBENT_TRY(auto existing, apis_.find(kTemplateTag, wanted.tags.at(kTemplateTag)));
    if (!existing) {
        LAMBENT_TRY(existing, apis_.create(wanted));
        created_.insert(api.logical_id);
    }
    return existing->id;
}

Result<DeployedApi> HttpApiDeployer::put(
    const TemplateHttpApi& api, const std::vector<WantedHttpRoute>& routes
) {
    const HttpApiSettings wanted = settings_of(api);
    LAMBENT_TRY(const auto existing, apis_.find(kTemplateTag, wanted.tags.at(kTemplateTag)));
    if (!existing) {
        return Error(Code::kConflict, "somebody has deleted the API " + wanted.name);
    }
    const bool is_new_settings = existing->settings != wanted;
    if (is_new_settings) {
        LAMBENT_TRY(apis_.update(*existing, wanted));
    }
    LAMBENT_TRY(const bool are_new_parts, put_parts(existing->id, api, routes));
    LAMBENT_TRY(const bool is_new_stage, put_stage(existing->id, api));
    DeployedApi done;
    done.name = wanted.name;
    done.url = api_address(client_.endpoint(), existing->id) + "/";
    if (api.stage != TemplateHttpApi::kDefaultStage) {
        done.url += api.stage + "/";
    }
    if (created_.contains(api.logical_id)) {
        done.action = DeployAction::kCreated;
    } else if (is_new_settings || are_new_parts || is_new_stage) {
        done.action = DeployAction::kUpdated;
    }
    return done;
}

Result<bool> HttpApiDeployer::put_parts(
    const std::string& id, const TemplateHttpApi& api, const std::vector<WantedHttpRoute>& routes
) {
    Parts parts;
    LAMBENT_TRY(parts.authorizers, apis_.authorizers(id));
    LAMBENT_TRY(parts.integrations, apis_.integrations(id));
    LAMBENT_TRY(parts.routes, apis_.routes(id));
    for (const TemplateAuthorizer& authorizer : api.authorizers) {
        LAMBENT_TRY(part_like(id, authorizer.settings, parts.authorizers, parts));
    }
    for (const WantedHttpRoute& wanted : routes) {
        LAMBENT_TRY(const HttpRoute route, route_of(id, api, wanted, parts));
        LAMBENT_TRY(put_route(id, route, parts));
    }
    LAMBENT_TRY(remove_unwanted(id, "routes", parts.routes, parts));
    LAMBENT_TRY(remove_unwanted(id, "integrations", parts.integrations, parts));
    LAMBENT_TRY(remove_unwanted(id, "authorizers", parts.authorizers, parts));
    return parts.is_changed;
}

Result<HttpRoute> HttpApiDeployer::route_of(
    const std::string& id, const TemplateHttpApi& api, const WantedHttpRoute& wanted, Parts& parts
) {
    const HttpApiTrigger& trigger = wanted.trigger;
    HttpRoute route;
    route.key = trigger.route_key;
    const HttpIntegration integration{
        wanted.function_arn, trigger.payload_version, trigger.timeout_ms};
    LAMBENT_TRY(route.integration_id, part_like(id, integration, parts.integrations, parts));
    if (trigger.authorizer == kNoAuthorizer || trigger.authorizer == kIamAuthorizer) {
        route.auth = trigger.authorizer;
        return route;
    }
    for (const TemplateAuthorizer& authorizer : api.authorizers) {
        if (authorizer.settings.name == trigger.authorizer) {
            route.auth = authorizer.settings.is_jwt() ? "JWT" : "CUSTOM";
            route.scopes = trigger.scopes;
            LAMBENT_TRY(
                route.authorizer_id, part_like(id, authorizer.settings, parts.authorizers, parts)
            );
            return route;
        }
    }
    return Error(Code::kInternal, "no authorizer " + trigger.authorizer + " of " + api.logical_id);
}

Result<void> HttpApiDeployer::put_route(
    const std::string& id, const HttpRoute& route, Parts& parts
) {
    const auto found = std::find_if(parts.routes.begin(), parts.routes.end(), [&](const auto& one) {
        return one.part.key == route.key;
    });
    if (found == parts.routes.end()) {
        LAMBENT_TRY(part_like(id, route, parts.routes, parts));
        return {};
    }
    parts.wanted.insert(found->id);
    if (found->part != route) {
        LAMBENT_TRY(apis_.update_route(id, found->id, route));
        found->part = route;
        parts.is_changed = true;
    }
    return {};
}

template <class Part>
Result<std::string> HttpApiDeployer::part_like(
    const std::string& id, const Part& wanted, std::vector<Identified<Part>>& among, Parts& parts
) {
    const auto found = std::find_if(among.begin(), among.end(), [&](const Identified<Part>& one) {
        return one.part == wanted;
    });
    if (found != among.end()) {
        parts.wanted.insert(found->id);
        return found->id;
    }
    LAMBENT_TRY(const std::string made, apis_.create(id, wanted));
    among.push_back({made, wanted});
    parts.wanted.insert(made);
    parts.is_changed = true;
    return made;
}

template <class Part>
Result<void> HttpApiDeployer::remove_unwanted(
    const std::string& id,
    const char* kind,
    const std::vector<Identified<Part>>& among,
    Parts& parts
) {
    for (const Identified<Part>& one : among) {
        if (!parts.wanted.contains(one.id)) {
            LAMBENT_TRY(apis_.remove(id, kind, one.id));
            parts.is_changed = true;
        }
    }
    return {};
}

Result<bool> HttpApiDeployer::put_stage(const std::string& id, const TemplateHttpApi& api) {
    const HttpStage wanted{api.stage, api.variables, true};
    LAMBENT_TRY(const std::vector<HttpStage> existing, apis_.stages(id));
    bool is_there = false;
    bool is_changed = false;
    for (const HttpStage& stage : existing) {
        if (stage.name != wanted.name) {
            LAMBENT_TRY(apis_.remove(id, "stages", stage.name));
            is_changed = true;
            continue;
        }
        is_there = true;
        if (stage.variables != wanted.variables || !stage.follows) {
            LAMBENT_TRY(apis_.update_stage(id, wanted));
            is_changed = true;
        }
    }
    if (!is_there) {
        LAMBENT_TRY(apis_.create_stage(id, wanted));
    }
    return is_changed || !is_there;
}

}  // namespace lambent::cli
