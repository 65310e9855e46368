#include "triggers/gateway/api_parts_json.h"
#include "triggers/gateway/api_row.h"
#include "triggers/gateway/row_fields.h"

namespace lambent::triggers {

template <class Fields, PartOf<ApiStage> Part>
void each_field(Fields& fields, Part& stage) {
    fields.field("name", stage.name);
    fields.field("description", stage.description);
    fields.field("variables", stage.variables);
    fields.field("auto_deploy", stage.auto_deploy);
    fields.field("deployment_id", stage.deployment_id);
    fields.field("created_ms", stage.created_ms);
    fields.field("modified_ms", stage.modified_ms);
    fields.field("deployed", stage.deployed);
}

template <class Fields, PartOf<CorsRules> Part>
void each_field(Fields& fields, Part& cors) {
    fields.field("credentials", cors.allow_credentials);
    fields.field("origins", cors.allow_origins);
    fields.field("methods", cors.allow_methods);
    fields.field("headers", cors.allow_headers);
    fields.field("exposed", cors.expose_headers);
    fields.field("max_age_s", cors.max_age_s);
}

// All but the id, which the row has.
template <class Fields, PartOf<HttpApi> Part>
void each_field(Fields& fields, Part& api) {
    fields.field("name", api.name);
    fields.field("description", api.description);
    fields.field("version", api.version);
    fields.field("tags", api.tags);
    fields.field("current", api.current);
    fields.field("created_ms", api.created_ms);
    fields.list("stages", api.stages, &ApiStage::name);
    fields.field("cors", api.cors);
}

std::string ApiRow<HttpApi>::text(const HttpApi& api) {
    return row_text(api);
}

Result<HttpApi> ApiRow<HttpApi>::read(const std::string& id, const std::string& text) {
    return read_row<HttpApi>("HTTP API", id, text);
}

}  // namespace lambent::triggers
