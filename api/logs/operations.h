#pragma once

#include "api/logs/logs_service.h"
#include "api/wire/errors.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json_fwd.hpp>

namespace lambent::api::logs {

// One request on its way through an operation. Borrows the service's parts and the parsed body,
// which outlive the flow that serves the request.
struct Call {
    Call(const LogsConfig& with, runtime::LogStore& in, const nlohmann::json& asked)
        : config(with), store(in), body(asked) {}

    const LogsConfig& config;
    runtime::LogStore& store;
    const nlohmann::json& body;
};

// What an operation of the Logs API becomes; one group of them a file.
using Served = Task<Answer<nlohmann::json>>;

Served describe_log_groups(Call call);
Served describe_log_streams(Call call);
Served create_log_group(Call call);
Served delete_log_group(Call call);
Served get_log_events(Call call);
Served filter_log_events(Call call);

}  // namespace lambent::api::logs
