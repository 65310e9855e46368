#include "api/logs/log_fields.h"
#include "api/logs/logs_errors.h"
#include "api/logs/operations.h"
#include "runtime/functions/function.h"

#include <nlohmann/json.hpp>

namespace lambent::api::logs {

namespace {

constexpr std::int64_t kGroupsMax = 50;

std::string group_arn(const Call& call, const std::string& name) {
    return "arn:aws:logs:" + call.config.region + ":" + runtime::kAccountId + ":log-group:" + name;
}

nlohmann::json group_json(const Call& call, const runtime::LogGroup& group) {
    const std::string arn = group_arn(call, group.name);
    return {
        {"logGroupName", group.name},
        {"creationTime", group.created_ms},
        {"metricFilterCount", 0},
        {"arn", arn + ":*"},
        {"logGroupArn", arn},
        {"storedBytes", group.stored_bytes},
    };
}

Answer<std::string> read_only_group(const Call& call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    std::string name = read_group(fields, constraints);
    if (auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    return name;
}

}  // namespace

Served describe_log_groups(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    const std::string prefix = fields.text("logGroupNamePrefix").value_or("");
    const std::string pattern = fields.text("logGroupNamePattern").value_or("");
    const std::string after = fields.text("nextToken").value_or("");
    const std::size_t limit = read_limit(fields, constraints, kGroupsMax);
    if (const auto wrong = request_fault(fault, constraints)) {
        co_return *wrong;
    }
    auto groups = co_await call.store.groups(prefix);
    if (groups.has_error()) {
        co_return from_error(groups.error());
    }
    nlohmann::json found = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    std::string last;
    for (const runtime::LogGroup& group : groups.value()) {
        if (group.name <= after || group.name.find(pattern) == std::string::npos) {
            continue;
        }
        if (found.size() == limit) {
            body["nextToken"] = last;
            break;
        }
        last = group.name;
        found.push_back(group_json(call, group));
    }
    body["logGroups"] = std::move(found);
    co_return body;
}

Served create_log_group(Call call) {
    LAMBENT_CO_TRY(std::string name, read_only_group(call));
    auto created = co_await call.store.create_group(std::move(name));
    if (created.has_error()) {
        co_return from_error(created.error());
    }
    co_return nlohmann::json();
}

Served delete_log_group(Call call) {
    LAMBENT_CO_TRY(std::string name, read_only_group(call));
    auto removed = co_await call.store.remove_group(std::move(name));
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return nlohmann::json();
}

}  // namespace lambent::api::logs
