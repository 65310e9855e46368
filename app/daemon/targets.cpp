#include "app/daemon/targets.h"

#include "api/lambda/function_reference.h"

#include <string_view>
#include <utility>

namespace lambent::app {
namespace {

// "sqs" of "arn:aws:sqs:…"; empty for what is no ARN.
std::string service_of(std::string_view arn) {
    if (!arn.starts_with("arn:")) {
        return {};
    }
    const auto partition_end = arn.find(':', 4);
    if (partition_end == std::string_view::npos) {
        return {};
    }
    const auto service_end = arn.find(':', partition_end + 1);
    return std::string(arn.substr(partition_end + 1, service_end - partition_end - 1));
}

}  // namespace

Task<Result<void>> TargetDirectory::send(scheduler::TargetMessage message) {
    const auto way = ways_.find(service_of(message.target_arn));
    if (way == ways_.end()) {
        co_return Error(
            Code::kInvalidArgument,
            "target_arn",
            "Nothing can be sent to " + message.target_arn + "."
        );
    }
    co_return co_await way->second(std::move(message));
}

Task<Result<void>> FunctionTarget::send(scheduler::TargetMessage message) {
    const auto reference = api::lambda::parse_function_reference(message.target_arn);
    if (!reference) {
        co_return Error(
            Code::kInvalidArgument, "target_arn", message.target_arn + " names no function."
        );
    }
    scheduler::AsyncEvent event;
    event.function = reference->name;
    if (!reference->qualifier.empty()) {
        event.function += ":" + reference->qualifier;
    }
    if (!find_function_(event.function)) {
        co_return Error(Code::kNotFound, "function", "Function not found: " + message.target_arn);
    }
    event.request_id = std::move(message.id);
    event.payload = std::move(message.body);
    event.trace_header = std::move(message.trace_header);
    co_return co_await events_.enqueue(std::move(event));
}

}  // namespace lambent::app
