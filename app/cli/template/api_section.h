#pragma once

#include "app/cli/template/api_reader.h"
#include "app/cli/template/http_api_reader.h"
#include "app/cli/template/sam_template.h"
#include "app/cli/template/scope.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace lambent::cli {

// The APIs of a template, of both kinds: those that it names, and those that events imply. Private
// to this folder; lives as long as one read_template call.
class ApiSection {
  public:
    ApiSection(
        const TemplateSource& source, const YAML::Node& root, Scope& scope, SamTemplate& into
    )
        : source_(source), root_(root), scope_(scope), into_(into) {}

    // Whether a resource of that type is one of them.
    bool take(const std::string& id, const std::string& type);
    // After all have been taken: what references to them mean.
    void add_names(const YAML::Node& resources);
    // After the functions, whose routes are checked here.
    Result<void> read(const YAML::Node& resources);
    // The text, with the addresses that its APIs have here for those that they would have on AWS.
    std::string with_addresses(std::string text) const;

  private:
    YAML::Node globals(const char* kind) const;
    void add_name(const std::string& id);
    Result<void> read_rest(const YAML::Node& resources);
    Result<void> read_http(const YAML::Node& resources);
    Result<void> check_routes();
    Result<void> settle_routes();

    const TemplateSource& source_;
    const YAML::Node& root_;
    Scope& scope_;
    SamTemplate& into_;
    std::vector<std::string> rest_ids_;
    std::vector<std::string> http_ids_;
};

}  // namespace lambent::cli
