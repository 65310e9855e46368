#pragma once

#include "base/result.h"
#include "triggers/events/rule.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace lambent::triggers {

// What a template's <aws.events.…> stand for.
struct RuleMoment {
    std::string rule_arn;
    std::string rule_name;
    std::int64_t ingestion_ms = 0;
};

// Fills an input transformer's template. In a JSON template a <name> that stands by itself becomes
// the JSON of what its path finds; inside of a text, and in a template that is all text, it becomes
// the bare text, objects without their quotation marks. What a path does not find is an empty text.
std::string fill_template(
    const InputTransformer& transformer,
    const nlohmann::ordered_json& event,
    const RuleMoment& moment
);

// Whether it can be filled: paths that are such, and no <name> without one. kInvalidArgument.
Result<void> check_template(const InputTransformer& transformer);

}  // namespace lambent::triggers
