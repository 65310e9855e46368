#pragma once

#include "app/cli/template/sam_template.h"
#include "app/cli/template/scope.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace lambent::cli {

// Reads AWS::Serverless::Api resources in their simple form: a stage, whose routes the Api events
// of functions name. Private to this folder; lives as long as one read_template call.
class ApiReader {
  public:
    static constexpr char kType[] = "AWS::Serverless::Api";
    // What events without a RestApiId belong to, as SAM has it.
    static constexpr char kImplicitId[] = "ServerlessRestApi";
    static constexpr char kImplicitStage[] = "Prod";

    ApiReader(const Scope& scope, std::vector<std::string>& notes) : scope_(scope), notes_(notes) {}

    // `properties`: the resource's own and those of Globals; `place`: where to complain.
    Result<TemplateApi> read(
        const std::string& logical_id, const YAML::Node& place, const YAML::Node& properties
    );
    // `globals`: the properties that Globals gives it.
    Result<TemplateApi> implicit_api(const YAML::Node& globals);

  private:
    Result<TemplateApi> read_properties(
        const std::string& logical_id, const YAML::Node& properties
    );
    Result<void> read_property(
        const std::string& name, const YAML::Node& key, const YAML::Node& value, TemplateApi& api
    );

    const Scope& scope_;
    std::vector<std::string>& notes_;
};

}  // namespace lambent::cli
