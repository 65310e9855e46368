#pragma once

#include "app/cli/template/sam_template.h"
#include "app/cli/template/scope.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace lambent::cli {

// Reads AWS::Serverless::HttpApi resources: a stage that follows, whose routes the HttpApi events
// of functions name, and who may call them. Private to this folder; lives as long as one
// read_template call.
class HttpApiReader {
  public:
    static constexpr char kType[] = "AWS::Serverless::HttpApi";
    // What events without an ApiId belong to, as SAM has it.
    static constexpr char kImplicitId[] = "ServerlessHttpApi";

    HttpApiReader(const Scope& scope, std::vector<std::string>& notes)
        : scope_(scope), notes_(notes) {}

    // `properties`: the resource's own and those of Globals; may be undefined.
    Result<TemplateHttpApi> read(const std::string& logical_id, const YAML::Node& properties);

  private:
    Result<void> read_property(
        const std::string& name,
        const YAML::Node& key,
        const YAML::Node& value,
        TemplateHttpApi& api
    );
    // Whether it is a property that says what the API is like, which is read then.
    Result<bool> read_setting(
        const std::string& name, const YAML::Node& value, TemplateHttpApi& api
    );
    Result<std::optional<HttpApiCors>> read_rules(const YAML::Node& node) const;
    Result<void> read_auth(const YAML::Node& auth, TemplateHttpApi& api);
    Result<TemplateAuthorizer> read_authorizer(const std::string& name, const YAML::Node& node);
    Result<void> read_token_property(
        const std::string& name,
        const YAML::Node& key,
        const YAML::Node& value,
        TemplateAuthorizer& authorizer
    ) const;
    Result<void> read_function_property(
        const std::string& name,
        const YAML::Node& key,
        const YAML::Node& value,
        TemplateAuthorizer& authorizer
    );
    Result<void> read_identity(const YAML::Node& identity, HttpAuthorizer& authorizer) const;

    const Scope& scope_;
    std::vector<std::string>& notes_;
};

// Gives a route that names no authorizer the API's own; refuses one that the API does not have.
Result<void> settle_authorizer(const TemplateHttpApi& api, HttpApiTrigger& route);

}  // namespace lambent::cli
