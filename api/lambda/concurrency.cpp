#include "api/lambda/operations.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"
#include "scheduler/concurrency_settings.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace lambent::api::lambda {

namespace {

constexpr std::uint64_t kCodeBytesTotal = 300ULL << 30;  // lambda-facts section 1
constexpr std::uint64_t kCodeBytesUnzipped = 250ULL << 20;
constexpr std::uint64_t kCodeBytesZipped = 50ULL << 20;

Answer<std::uint32_t> read_reserved_slots(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    const auto slots = fields.number("ReservedConcurrentExecutions");
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (slots) {
        constraints.range(
            "reservedConcurrentExecutions", *slots, 0, std::numeric_limits<std::int32_t>::max()
        );
    } else {
        constraints.must_not_be_null("reservedConcurrentExecutions");
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    return static_cast<std::uint32_t>(*slots);
}

// An empty object says that nothing is reserved.
http::Response reservation(const Call& call, const runtime::Function& function) {
    nlohmann::json body = nlohmann::json::object();
    if (const auto slots = call.ports.concurrency.reserved(function.name)) {
        body["ReservedConcurrentExecutions"] = *slots;
    }
    return json_response(200, body);
}

}  // namespace

Served function_concurrency(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    scheduler::ConcurrencySettings& settings = call.ports.concurrency;
    if (call.operation == Operation::kGetConcurrency) {
        co_return reservation(call, *function);
    }
    Result<void> changed;
    if (call.operation == Operation::kPutConcurrency) {
        LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
        LAMBENT_CO_TRY(const std::uint32_t slots, read_reserved_slots(body));
        changed = co_await settings.reserve(function->name, slots);
    } else {
        changed = co_await settings.unreserve(function->name);
    }
    if (changed.has_error()) {
        co_return from_error(changed.error());
    }
    co_return call.operation == Operation::kPutConcurrency ? reservation(call, *function)
                                                           : no_content();
}

Served account_settings(Call call) {
    const std::vector<runtime::FunctionPtr> functions = call.ports.functions.list();
    std::uint64_t code_bytes = 0;
    for (const runtime::FunctionPtr& function : functions) {
        code_bytes += function->package_bytes;
    }
    nlohmann::json limit;
    limit["TotalCodeSize"] = kCodeBytesTotal;
    limit["CodeSizeUnzipped"] = kCodeBytesUnzipped;
    limit["CodeSizeZipped"] = kCodeBytesZipped;
    limit["ConcurrentExecutions"] = call.ports.concurrency.account();
    limit["UnreservedConcurrentExecutions"] = call.ports.concurrency.unreserved();
    nlohmann::json body;
    body["AccountLimit"] = std::move(limit);
    body["AccountUsage"]["TotalCodeSize"] = code_bytes;
    body["AccountUsage"]["FunctionCount"] = functions.size();
    co_return json_response(200, body);
}

}  // namespace lambent::api::lambda
