#pragma once

#include "api/lambda/lambda_errors.h"
#include "triggers/sources/event_source_mapping.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace lambent::api::lambda {

// An event source mapping as clients write and read it.

// The body of CreateEventSourceMapping.
Answer<triggers::MappingSettings> read_mapping(
    const nlohmann::json& body, const std::string& region
);
// The body of UpdateEventSourceMapping.
Answer<triggers::MappingChange> read_mapping_change(
    const nlohmann::json& body, const std::string& region
);
// A function's name or ARN as mappings keep it: "name", "name:qualifier".
Answer<std::string> read_mapped_function(const std::string& text, const std::string& region);

nlohmann::json mapping_json(const triggers::EventSourceMapping& mapping, const std::string& region);

}  // namespace lambent::api::lambda
