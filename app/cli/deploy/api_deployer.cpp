#include "app/cli/deploy/api_deployer.h"

#include <algorithm>
#include <utility>

namespace lambent::cli {
namespace {

// "/a/b" -> "/a", "/a" -> "/".
std::string parent_path(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

// As API Gateway writes paths: without a slash at the end.
std::string plain_path(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

bool is_at_or_above(const std::string& path, const std::string& wanted) {
    return path == "/" || path == wanted || wanted.starts_with(path + "/");
}

RestMethodView method_of(const WantedRoute& route) {
    return {route.trigger.method, route.trigger.is_signed, route.function_arn};
}

RestResourceView* find_path(std::vector<RestResourceView>& among, const std::string& path) {
    const auto found = std::find_if(among.begin(), among.end(), [&](const auto& resource) {
        return resource.path == path;
    });
    return found == among.end() ? nullptr : &*found;
}

}  // namespace

RestApiSettings ApiDeployer::settings_of(const TemplateApi& api) const {
    const std::string mark = stack_name_ + "/" + api.logical_id;
    return {api.name, api.description, api.binary_types, {{kTemplateTag, mark}}};
}

Result<std::string> ApiDeployer::reserve(const TemplateApi& api) {
    const RestApiSettings wanted = settings_of(api);
    LAMBENT_TRY(auto existing, apis_.find(kTemplateTag, wanted.tags.at(kTemplateTag)));
    if (!existing) {
        LAMBENT_TRY(existing, apis_.create(wanted));
        created_.insert(api.logical_id);
    }
    return existing->id;
}

Result<DeployedApi> ApiDeployer::put(
    const TemplateApi& api, const std::vector<WantedRoute>& routes
) {
    DeployedApi done;
    done.name = api.name;
    LAMBENT_TRY(const std::string id, put_settings(api, done));
    LAMBENT_TRY(const bool is_changed, put_routes(id, routes));
    LAMBENT_TRY(const auto variables, apis_.stage(id, api.stage));
    if (!routes.empty() && (is_changed || variables != api.variables)) {
        LAMBENT_TRY(apis_.deploy(id, api.stage, api.variables));
        done.action = std::min(done.action, DeployAction::kUpdated);
    }
    done.url = api_address(client_.endpoint(), id) + "/" + api.stage + "/";
    return done;
}

Result<std::string> ApiDeployer::put_settings(const TemplateApi& api, DeployedApi& done) {
    const RestApiSettings wanted = settings_of(api);
    LAMBENT_TRY(const auto existing, apis_.find(kTemplateTag, wanted.tags.at(kTemplateTag)));
    if (!existing) {
        return Error(Code::kConflict, "somebody has deleted the API " + wanted.name);
    }
    if (created_.contains(api.logical_id)) {
        done.action = DeployAction::kCreated;
    }
    if (existing->settings.name != wanted.name ||
        existing->settings.description != wanted.description ||
        existing->settings.binary_types != wanted.binary_types) {
        LAMBENT_TRY(apis_.update(*existing, wanted));
        done.action = std::min(done.action, DeployAction::kUpdated);
    }
    return existing->id;
}

Result<bool> ApiDeployer::put_routes(
    const std::string& id, const std::vector<WantedRoute>& routes
) {
    LAMBENT_TRY(Resources existing, apis_.resources(id));
    LAMBENT_TRY(bool is_changed, remove_unwanted(id, existing, routes));
    for (const WantedRoute& route : routes) {
        const std::string path = plain_path(route.trigger.path);
        LAMBENT_TRY(const std::string resource, resource_at(id, existing, path));
        auto& methods = find_path(existing, path)->methods;
        if (std::find(methods.begin(), methods.end(), method_of(route)) == methods.end()) {
            LAMBENT_TRY(apis_.put_method(id, resource, method_of(route)));
            methods.push_back(method_of(route));
            is_changed = true;
        }
    }
    return is_changed;
}

Result<bool> ApiDeployer::remove_unwanted(
    const std::string& id, Resources& existing, const std::vector<WantedRoute>& routes
) {
    const auto is_wanted = [&](const std::string& path) {
        return path == "/" || std::any_of(routes.begin(), routes.end(), [&](const auto& route) {
                   return is_at_or_above(path, plain_path(route.trigger.path));
               });
    };
    bool is_changed = false;
    Resources kept;
    for (RestResourceView& resource : existing) {
        if (!is_wanted(resource.path)) {
            if (is_wanted(parent_path(resource.path))) {  // what lies below goes with it
                LAMBENT_TRY(apis_.remove_resource(id, resource.id));
                is_changed = true;
            }
            continue;
        }
        std::vector<RestMethodView> methods;
        for (RestMethodView& method : resource.methods) {
            const bool stays = std::any_of(routes.begin(), routes.end(), [&](const auto& route) {
                return plain_path(route.trigger.path) == resource.path &&
                       method_of(route) == method;
            });
            if (stays) {
                methods.push_back(std::move(method));
                continue;
            }
            LAMBENT_TRY(apis_.remove_method(id, resource.id, method.name));
            is_changed = true;
        }
        resource.methods = std::move(methods);
        kept.push_back(std::move(resource));
    }
    existing = std::move(kept);
    return is_changed;
}

// Made when it is missing, with all above it.
Result<std::string> ApiDeployer::resource_at(
    const std::string& id, Resources& existing, const std::string& path
) {
    if (const RestResourceView* found = find_path(existing, path)) {
        return found->id;
    }
    const std::string above = parent_path(path);
    if (above == path) {
        return Error(Code::kInternal, "the API " + id + " has no root");
    }
    LAMBENT_TRY(const std::string parent, resource_at(id, existing, above));
    const std::string part = path.substr(path.rfind('/') + 1);
    LAMBENT_TRY(RestResourceView made, apis_.create_resource(id, parent, part));
    existing.push_back(made);
    return made.id;
}

}  // namespace lambent::cli
