#pragma once

#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::api::logs {

// The group that a request is about: logGroupName, or logGroupIdentifier (a name or an ARN).
std::string read_group(JsonFields& fields, Constraints& constraints);

// `limit`, between 1 and `max`; `max` when it is left out.
std::size_t read_limit(JsonFields& fields, Constraints& constraints, std::int64_t max);

// A page token "<kind>/<number>" as a number; nothing when it is not of that kind.
std::optional<std::uint64_t> read_token(std::string_view token, std::string_view kind);
std::string make_token(std::string_view kind, std::uint64_t number);

}  // namespace lambent::api::logs
