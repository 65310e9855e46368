#pragma once

#include "app/cli/template/sam_template.h"
#include "app/cli/template/scope.h"

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace lambent::cli {

// Reads AWS::SQS::Queue resources. Private to this folder.
class QueueReader {
  public:
    QueueReader(const Scope& scope, std::vector<std::string>& notes)
        : scope_(scope), notes_(notes) {}

    static constexpr char kType[] = "AWS::SQS::Queue";

    // What CloudFormation calls it when it has no QueueName of its own.
    Result<std::string> name_of(
        const std::string& id, const std::string& stack, const YAML::Node& resource
    ) const;
    // Once every resource has its name, since a redrive policy names another queue.
    Result<TemplateQueue> read(
        const std::string& id, const std::string& name, const YAML::Node& resource
    );

  private:
    Result<void> read_property(
        const YAML::Node& key, const YAML::Node& value, TemplateQueue& queue
    );
    Result<std::string> policy_text(const YAML::Node& node, const std::string& name) const;

    const Scope& scope_;
    std::vector<std::string>& notes_;
};

}  // namespace lambent::cli
