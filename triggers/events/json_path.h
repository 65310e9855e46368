#pragma once

#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lambent::triggers {

// The JSON paths that EventBridge takes: `$`, `$.detail.name`, `$.resources[0]`,
// `$['detail-type']`. A value.
class JsonPath {
  public:
    // kInvalidArgument with the subject "json_path".
    static Result<JsonPath> parse(std::string_view text);

    // What stands there; null when there is nothing.
    const nlohmann::ordered_json* find(const nlohmann::ordered_json& document) const;

  private:
    using Step = std::variant<std::string, std::size_t>;

    static Result<Step> read_bracket(std::string_view& rest);

    std::vector<Step> steps_;
};

}  // namespace lambent::triggers
