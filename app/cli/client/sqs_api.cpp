#include "app/cli/client/sqs_api.h"

#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

// "com.amazonaws.sqs#QueueDoesNotExist", or the name that older clients know.
bool says_no_queue(const Error& error) {
    return error.subject().find("QueueDoesNotExist") != std::string::npos ||
           error.subject().find("NonExistentQueue") != std::string::npos;
}

Error not_understood(const std::string& what) {
    return {Code::kInternal, "the daemon's answer about " + what + " cannot be read"};
}

}  // namespace

Result<HttpReply> SqsApi::ask(const std::string& operation, const std::string& body) {
    HttpCall call;
    call.service = "sqs";
    call.method = "POST";
    call.path = "/";
    call.body = body;
    call.headers = {
        {"Content-Type", "application/x-amz-json-1.0"},
        {"X-Amz-Target", "AmazonSQS." + operation},
    };
    return send_ok(client_, call);
}

Result<std::string> SqsApi::url_of(const std::string& name) {
    const Json body{{"QueueName", name}};
    LAMBENT_TRY(const HttpReply reply, ask("GetQueueUrl", body.dump()));
    const Json answer = Json::parse(reply.body, nullptr, false);
    if (!answer.is_object() || !answer.contains("QueueUrl")) {
        return not_understood(name);
    }
    return answer.value("QueueUrl", "");
}

Result<std::optional<QueueAttributes>> SqsApi::attributes(const std::string& name) {
    const Result<std::string> url = url_of(name);
    if (url.has_error()) {
        if (says_no_queue(url.error())) {
            return std::optional<QueueAttributes>();
        }
        return url.error();
    }
    const Json body{{"QueueUrl", *url}, {"AttributeNames", {"All"}}};
    LAMBENT_TRY(const HttpReply reply, ask("GetQueueAttributes", body.dump()));
    const Json answer = Json::parse(reply.body, nullptr, false);
    if (!answer.is_object()) {
        return not_understood(name);
    }
    QueueAttributes attributes;
    const Json given = answer.value("Attributes", Json::object());
    for (const auto& [key, value] : given.items()) {
        attributes[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    return std::optional<QueueAttributes>(std::move(attributes));
}

Result<void> SqsApi::create(const std::string& name, const QueueAttributes& attributes) {
    const Json body{{"QueueName", name}, {"Attributes", attributes}};
    LAMBENT_TRY(ask("CreateQueue", body.dump()));
    return {};
}

Result<void> SqsApi::set(const std::string& name, const QueueAttributes& attributes) {
    LAMBENT_TRY(const std::string url, url_of(name));
    const Json body{{"QueueUrl", url}, {"Attributes", attributes}};
    LAMBENT_TRY(ask("SetQueueAttributes", body.dump()));
    return {};
}

}  // namespace lambent::cli
