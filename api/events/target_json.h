#pragma once

#include "api/wire/errors.h"
#include "triggers/events/rule.h"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace lambent::api::events {

// The Targets of a PutTargets request.
Answer<std::vector<triggers::RuleTarget>> read_targets(const nlohmann::json& body);
nlohmann::json target_json(const triggers::RuleTarget& target);

}  // namespace lambent::api::events
