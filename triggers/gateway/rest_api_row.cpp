#include "triggers/gateway/api_parts_json.h"
#include "triggers/gateway/api_row.h"
#include "triggers/gateway/row_fields.h"

namespace lambent::triggers {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    RestStage, name, description, deployment_id, variables, tags, created_ms, modified_ms
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RestDeployment, id, description, created_ms, routes)

template <class Fields, PartOf<RestMethod> Part>
void each_field(Fields& fields, Part& method) {
    fields.field("name", method.name);
    fields.field("auth", method.auth);
    fields.field("authorizer_id", method.authorizer_id);
    fields.field("operation_name", method.operation_name);
    fields.field("parameters", method.parameters);
    fields.field("integration", method.integration);
}

template <class Fields, PartOf<RestResource> Part>
void each_field(Fields& fields, Part& resource) {
    fields.field("id", resource.id);
    fields.field("parent_id", resource.parent_id);
    fields.field("part", resource.part);
    fields.field("path", resource.path);
    fields.list("methods", resource.methods, &RestMethod::name);
}

// All but the id, which the row has.
template <class Fields, PartOf<RestApi> Part>
void each_field(Fields& fields, Part& api) {
    fields.field("name", api.name);
    fields.field("description", api.description);
    fields.field("version", api.version);
    fields.field("binary_types", api.binary_types);
    fields.field("endpoint_types", api.endpoint_types);
    fields.field("tags", api.tags);
    fields.field("root_id", api.root_id);
    fields.field("authorizers", api.authorizers);
    fields.field("deployments", api.deployments);
    fields.field("stages", api.stages);
    fields.field("created_ms", api.created_ms);
    fields.list("resources", api.resources, &RestResource::id);
}

std::string ApiRow<RestApi>::text(const RestApi& api) {
    return row_text(api);
}

Result<RestApi> ApiRow<RestApi>::read(const std::string& id, const std::string& text) {
    return read_row<RestApi>("REST API", id, text);
}

}  // namespace lambent::triggers
