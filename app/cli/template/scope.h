#pragma once

#include "base/result.h"

#include <yaml-cpp/yaml.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::cli {

// The names that a template's references can mean, and the resolution of references (!Ref, !Sub,
// !GetAtt, !Join, in short and long form) to text. Private to this folder.
class Scope {
  public:
    explicit Scope(std::string source_name) : source_name_(std::move(source_name)) {}

    void add_name(const std::string& name, std::string value) { names_[name] = std::move(value); }
    std::string stack_name() const;
    void add_attribute(const std::string& resource, const std::string& name, std::string value) {
        attributes_[resource + "." + name] = std::move(value);
    }

    // A scalar, or a reference to one, as text. `what` names it in the error.
    Result<std::string> text(const YAML::Node& node, std::string_view what) const;
    Result<std::uint32_t> number(const YAML::Node& node, std::string_view what) const;
    Result<bool> flag(const YAML::Node& node, std::string_view what) const;
    // One text or a list of them.
    Result<std::vector<std::string>> texts(const YAML::Node& node, std::string_view what) const;
    Result<std::map<std::string, std::string>> text_map(
        const YAML::Node& node, std::string_view what
    ) const;

    // "template.yaml:12: message".
    Error error_at(const YAML::Node& node, const std::string& message) const;
    std::string place_of(const YAML::Node& node) const;

  private:
    Result<std::string> reference(const YAML::Node& node, const std::string& name) const;
    Result<std::string> attribute(const YAML::Node& node, const std::string& path) const;
    Result<std::string> attribute_of(const YAML::Node& node) const;
    Result<std::string> substitute(const YAML::Node& node) const;
    Result<std::string> substitute_in(
        const YAML::Node& node,
        std::string_view text,
        const std::map<std::string, std::string>& local
    ) const;
    Result<std::string> join(const YAML::Node& node) const;
    Result<std::string> intrinsic(
        const YAML::Node& node, std::string_view function, std::string_view what
    ) const;

    std::string source_name_;
    std::map<std::string, std::string> names_;
    std::map<std::string, std::string> attributes_;  // by "Resource.Attribute"
};

// The intrinsic function that a node calls ("Ref", "Sub", …) and its argument; an empty name when
// it calls none.
std::pair<std::string, YAML::Node> intrinsic_of(const YAML::Node& node);

// What Globals and a resource say together, as SAM has it: maps are united and lists appended, and
// of all else the resource's own counts. Either may be undefined.
YAML::Node united(const YAML::Node& globals, const YAML::Node& own);

}  // namespace lambent::cli
