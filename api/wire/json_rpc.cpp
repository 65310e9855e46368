#include "api/wire/json_rpc.h"

#include "api/wire/json.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <utility>

namespace lambent::api {
namespace {

constexpr std::uint64_t kRpcBytesMax = 1ULL << 20;

}  // namespace

std::string json_rpc_operation(const JsonRpcService& service, const http::Headers& headers) {
    std::string_view target = headers.find("X-Amz-Target").value_or("");
    if (!target.starts_with(service.target_prefix)) {
        return {};
    }
    target.remove_prefix(service.target_prefix.size());
    return std::string(target);
}

AwsError json_rpc_denied(
    const JsonRpcService& service, const Principal& who, std::string_view operation
) {
    std::string message = "User: " + who.name + " is not authorized to perform: ";
    message.append(service.action_prefix).append(operation);
    return {400, "AccessDeniedException", std::move(message)};
}

AwsError json_rpc_not_offered(const JsonRpcService& service, std::string_view operation) {
    std::string message = "lambent does not offer this operation of ";
    message.append(service.title).append(": ").append(operation);
    return {400, "UnknownOperationException", std::move(message)};
}

Task<Answer<nlohmann::json>> read_json_rpc(
    http::BodyReader& body, AwsError (*from_error)(const Error& error)
) {
    const Result<std::string> text = co_await body.read_all(kRpcBytesMax);
    if (text.has_error()) {
        co_return from_error(text.error());
    }
    Result<nlohmann::json> parsed = parse_json(text.value().empty() ? "{}" : text.value());
    if (parsed.has_error() || !parsed.value().is_object()) {
        co_return AwsError(400, "SerializationException", "The body is not a JSON object.");
    }
    co_return std::move(parsed).value();
}

http::Response json_rpc_response(const nlohmann::json& body) {
    http::Response response;
    response.headers.add("Content-Type", "application/x-amz-json-1.1");
    if (!body.is_null()) {
        response.body = dump_json(body);
    }
    return response;
}

}  // namespace lambent::api
