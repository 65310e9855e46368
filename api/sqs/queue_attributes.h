#pragma once

#include "api/wire/errors.h"
#include "triggers/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace lambent::api::sqs {

using AttributeTexts = std::map<std::string, std::string>;

// What is given replaces what `settings` has. InvalidAttributeName for one that cannot be set,
// InvalidAttributeValue for what cannot be its value.
Answer<triggers::QueueSettings> apply_attributes(
    triggers::QueueSettings settings, const AttributeTexts& attributes
);

// Of the settings that differ, the first one's name.
std::string first_difference(const triggers::QueueSettings& a, const triggers::QueueSettings& b);

// All attributes, or those that are asked for. A policy that is not set is not shown.
Answer<nlohmann::json> attributes_json(
    const triggers::QueueDescription& queue,
    const triggers::QueueCounts& counts,
    const std::vector<std::string>& names
);

}  // namespace lambent::api::sqs
