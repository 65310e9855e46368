#pragma once

#include "api/wire/errors.h"
#include "triggers/objects/lifecycle_rules.h"

#include <string>
#include <vector>

namespace lambent::api::s3 {

// LifecycleConfiguration <-> rules. Storage classes are not kept apart here, so that transitions
// between them are refused.
Answer<std::vector<triggers::LifecycleRule>> parse_lifecycle(const std::string& text);
std::string lifecycle_document(const std::vector<triggers::LifecycleRule>& rules);

}  // namespace lambent::api::s3
