#pragma once

#include "app/cli/template/sam_template.h"
#include "app/cli/template/scope.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

namespace lambent::cli {

// Reads AWS::Serverless::Function resources, with what Globals.Function gives to all of them.
// Private to this folder; lives as long as one read_template call.
class FunctionReader {
  public:
    FunctionReader(
        const Scope& scope,
        const std::vector<TemplateBucket>& buckets,
        YAML::Node globals,
        std::vector<std::string>& notes
    )
        : scope_(scope), buckets_(buckets), globals_(std::move(globals)), notes_(notes) {}

    Result<TemplateFunction> read(
        const std::string& logical_id, const std::string& name, const YAML::Node& resource
    );

  private:
    // The function's own property, else the one of Globals, else an undefined node; of maps, what
    // both say.
    YAML::Node property(const YAML::Node& own, const char* name) const;
    Result<void> check_names(const YAML::Node& properties, const char* where);
    Result<void> read_basics(const YAML::Node& own, FunctionSettings& settings) const;
    Result<void> read_numbers(const YAML::Node& own, FunctionSettings& settings) const;
    Result<void> read_maps(const YAML::Node& own, FunctionSettings& settings) const;
    Result<void> read_code(const YAML::Node& own, TemplateFunction& function) const;
    Result<void> read_build(const YAML::Node& resource, TemplateFunction& function) const;
    Result<void> read_events(const YAML::Node& events, TemplateFunction& function) const;
    Result<void> read_event(
        const std::string& type,
        const std::string& id,
        const YAML::Node& properties,
        TemplateFunction& function
    ) const;
    Result<void> read_rule_event(
        const std::string& type,
        const std::string& id,
        const YAML::Node& properties,
        TemplateFunction& function
    ) const;
    Result<void> read_schedule_event(
        const std::string& id, const YAML::Node& properties, TemplateFunction& function
    ) const;
    Result<void> read_delivery(const YAML::Node& properties, Delivery& delivery) const;
    Result<void> check_event_names(
        const YAML::Node& properties,
        const std::string& type,
        const std::vector<std::string_view>& known
    ) const;
    Result<std::string> optional_text(const YAML::Node& of, const char* name) const;
    std::string event_name(const TemplateFunction& function, const std::string& id) const;
    Result<SqsTrigger> read_sqs_event(const std::string& id, const YAML::Node& properties) const;
    Result<TemplateSubscription> read_sns_event(const std::string& id, const YAML::Node& properties)
        const;
    Result<std::vector<std::string>> read_patterns(const YAML::Node& criteria) const;
    Result<void> read_operation(const YAML::Node& own, TemplateFunction& function) const;
    Result<std::uint32_t> read_provisioned(
        const YAML::Node& node, const FunctionOperation& operation
    ) const;
    Result<AsyncSettings> read_event_invoke(const YAML::Node& node) const;
    Result<std::string> read_destination(const YAML::Node& node) const;
    Result<std::string> read_dead_letters(const YAML::Node& node) const;
    Result<void> check_members(
        const YAML::Node& node, const char* of, const std::vector<std::string_view>& known
    ) const;
    Result<void> read_url(const YAML::Node& node, TemplateFunction& function) const;
    Result<void> read_cors(const YAML::Node& node, UrlSettings& settings) const;
    Result<void> read_api_event(
        const std::string& id, const YAML::Node& properties, TemplateFunction& function
    ) const;
    // In upper case.
    Result<std::string> read_method(const YAML::Node& node) const;
    Result<void> read_http_event(
        const YAML::Node& id, const YAML::Node& properties, TemplateFunction& function
    ) const;
    Result<void> read_http_auth(const YAML::Node& auth, HttpApiTrigger& trigger) const;
    Result<void> read_http_settings(const YAML::Node& properties, HttpApiTrigger& trigger) const;
    Result<S3Trigger> read_s3_event(const std::string& id, const YAML::Node& properties) const;
    Result<std::string> bucket_id(const YAML::Node& node) const;
    Result<void> read_filter(const YAML::Node& filter, S3Trigger& trigger) const;

    const Scope& scope_;
    const std::vector<TemplateBucket>& buckets_;
    YAML::Node globals_;
    std::vector<std::string>& notes_;
};

}  // namespace lambent::cli
