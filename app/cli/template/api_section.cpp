#include "app/cli/template/api_section.h"

#include <algorithm>
#include <set>

namespace lambent::cli {
namespace {

bool is_among(const std::vector<std::string>& ids, const std::string& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Whether an event of the type names no API, and so belongs to the implicit one.
bool implies_api(const YAML::Node& resources, const char* type, const char* reference) {
    for (const auto& resource : resources) {
        const YAML::Node properties = resource.second["Properties"];
        const YAML::Node events = properties ? properties["Events"] : properties;
        for (const auto& event : events) {
            const YAML::Node said = event.second["Type"];
            const YAML::Node of = event.second["Properties"];
            const bool names_api = of && of.IsMap() && of[reference];
            if (said && said.as<std::string>("") == type && !names_api) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

bool ApiSection::take(const std::string& id, const std::string& type) {
    if (type == ApiReader::kType) {
        rest_ids_.push_back(id);
        return true;
    }
    if (type == HttpApiReader::kType) {
        http_ids_.push_back(id);
        return true;
    }
    return false;
}

YAML::Node ApiSection::globals(const char* kind) const {
    const YAML::Node all = root_["Globals"];
    return all ? all[kind] : all;
}

// !Ref of an API is its id.
void ApiSection::add_name(const std::string& id) {
    const auto known = source_.api_ids.find(id);
    const std::string api_id = known == source_.api_ids.end() ? id : known->second;
    Endpoint endpoint;
    endpoint.url = source_.endpoint;
    endpoint.region = source_.region;
    scope_.add_name(id, api_id);
    scope_.add_attribute(id, "ApiId", api_id);
    scope_.add_attribute(id, "ApiEndpoint", api_address(endpoint, api_id));
}

void ApiSection::add_names(const YAML::Node& resources) {
    if (implies_api(resources, "Api", "RestApiId") &&
        !is_among(rest_ids_, ApiReader::kImplicitId)) {
        rest_ids_.emplace_back(ApiReader::kImplicitId);
    }
    if (implies_api(resources, "HttpApi", "ApiId") &&
        !is_among(http_ids_, HttpApiReader::kImplicitId)) {
        http_ids_.emplace_back(HttpApiReader::kImplicitId);
    }
    for (const auto* ids : {&rest_ids_, &http_ids_}) {
        for (const std::string& id : *ids) {
            add_name(id);
        }
    }
}

Result<void> ApiSection::read(const YAML::Node& resources) {
    LAMBENT_TRY(read_rest(resources));
    LAMBENT_TRY(read_http(resources));
    LAMBENT_TRY(check_routes());
    return settle_routes();
}

Result<void> ApiSection::read_rest(const YAML::Node& resources) {
    ApiReader reader(scope_, into_.notes);
    for (const std::string& id : rest_ids_) {
        const YAML::Node resource = resources[id];
        if (!resource) {
            LAMBENT_TRY(TemplateApi implicit, reader.implicit_api(globals("Api")));
            into_.apis.push_back(std::move(implicit));
            continue;
        }
        const YAML::Node properties = united(globals("Api"), resource["Properties"]);
        LAMBENT_TRY(TemplateApi api, reader.read(id, resource, properties));
        into_.apis.push_back(std::move(api));
    }
    return {};
}

Result<void> ApiSection::read_http(const YAML::Node& resources) {
    HttpApiReader reader(scope_, into_.notes);
    for (const std::string& id : http_ids_) {
        const YAML::Node resource = resources[id];
        const YAML::Node own = resource ? resource["Properties"] : resource;
        LAMBENT_TRY(TemplateHttpApi api, reader.read(id, united(globals("HttpApi"), own)));
        into_.http_apis.push_back(std::move(api));
    }
    return {};
}

Result<void> ApiSection::check_routes() {
    for (const TemplateFunction& function : into_.functions) {
        for (const ApiTrigger& route : function.api_routes) {
            if (!is_among(rest_ids_, route.api_id)) {
                return Error(
                    Code::kInvalidArgument,
                    route.place + ": RestApiId must be a !Ref to an " + ApiReader::kType +
                        " of this template"
                );
            }
        }
    }
    return {};
}

// Which authorizer a route has: its own, or the API's.
Result<void> ApiSection::settle_routes() {
    std::set<std::string> keys;
    for (TemplateFunction& function : into_.functions) {
        for (HttpApiTrigger& route : function.http_routes) {
            const auto api = std::find_if(
                into_.http_apis.begin(),
                into_.http_apis.end(),
                [&](const TemplateHttpApi& one) { return one.logical_id == route.api_id; }
            );
            if (api == into_.http_apis.end()) {
                return Error(
                    Code::kInvalidArgument,
                    route.place + ": ApiId must be a !Ref to an " + HttpApiReader::kType +
                        " of this template"
                );
            }
            LAMBENT_TRY(settle_authorizer(*api, route));
            if (!keys.insert(route.api_id + " " + route.route_key).second) {
                return Error(
                    Code::kInvalidArgument,
                    route.place + ": " + route.api_id + " has two routes " + route.route_key
                );
            }
        }
    }
    return {};
}

std::string ApiSection::with_addresses(std::string text) const {
    Endpoint endpoint;
    endpoint.url = source_.endpoint;
    endpoint.region = source_.region;
    for (const auto& [logical_id, api_id] : source_.api_ids) {
        const std::string there =
            "https://" + api_id + ".execute-api." + source_.region + ".amazonaws.com";
        const std::string here = api_address(endpoint, api_id);
        for (std::size_t at = text.find(there); at != std::string::npos;
             at = text.find(there, at + here.size())) {
            text.replace(at, there.size(), here);
        }
    }
    return text;
}

}  // namespace lambent::cli
