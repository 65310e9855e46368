#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

struct Complaint {
    std::string name;
    std::string message;
};

Code code_of(int status) {
    switch (status) {
        case 401:
        case 403:
            return Code::kUnauthorised;
        case 404:
            return Code::kNotFound;
        case 409:
            return Code::kConflict;
        case 413:
            return Code::kTooLarge;
        case 429:
            return Code::kThrottled;
        case 503:
            return Code::kUnavailable;
        default:
            return status < 500 ? Code::kInvalidArgument : Code::kInternal;
    }
}

Complaint read_json(const HttpReply& reply) {
    Complaint complaint;
    const Json document = Json::parse(reply.body, nullptr, false);
    if (!document.is_object()) {
        return complaint;
    }
    for (const char* key : {"message", "Message"}) {
        if (const auto found = document.find(key); found != document.end() && found->is_string()) {
            complaint.message = found->get<std::string>();
        }
    }
    complaint.name = reply.header("x-amzn-errortype");
    if (complaint.name.empty()) {
        complaint.name = document.value("__type", "");
    }
    complaint.name = complaint.name.substr(0, complaint.name.find(':'));
    return complaint;
}

Complaint read_xml(const HttpReply& reply) {
    pugi::xml_document document;
    if (!document.load_buffer(reply.body.data(), reply.body.size())) {
        return {};
    }
    pugi::xml_node error = document.child("Error");
    if (!error) {
        error = document.child("ErrorResponse").child("Error");  // of the Query protocol
    }
    return {error.child_value("Code"), error.child_value("Message")};
}

}  // namespace

Error service_error(const HttpReply& reply) {
    Complaint complaint = reply.body.starts_with('<') ? read_xml(reply) : read_json(reply);
    if (complaint.name.empty()) {
        complaint.name = "HTTP " + std::to_string(reply.status);
    }
    const std::string message =
        complaint.message.empty() ? complaint.name : complaint.name + ": " + complaint.message;
    return Error(code_of(reply.status), complaint.name, message);
}

Result<HttpReply> send_ok(HttpClient& client, const HttpCall& call) {
    LAMBENT_TRY(HttpReply reply, client.send(call));
    if (!reply.ok()) {
        return service_error(reply);
    }
    return reply;
}

}  // namespace lambent::cli
