#pragma once

#include "scheduler/invocation.h"

#include <nlohmann/json_fwd.hpp>

namespace lambent::api {

// An invocation's record as the platform's own tools read it: in /_lambent/records and in the
// X-Lambent-Record header of an Invoke that asks for it. Times are microseconds but for startedMs.
nlohmann::ordered_json record_json(const scheduler::InvocationRecord& record);

}  // namespace lambent::api
