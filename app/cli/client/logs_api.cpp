#include "app/cli/client/logs_api.h"

#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

LogEvent read_event(const Json& entry) {
    LogEvent event;
    event.id = entry.value("eventId", "");
    event.stream = entry.value("logStreamName", "");
    event.time_ms = entry.at("timestamp").get<std::int64_t>();
    event.message = entry.at("message").get<std::string>();
    while (event.message.ends_with('\n')) {
        event.message.pop_back();
    }
    return event;
}

}  // namespace

Result<std::vector<LogEvent>> LogsApi::filter(const std::string& body) {
    std::vector<LogEvent> events;
    Json question = Json::parse(body);
    while (true) {
        HttpCall call;
        call.service = "logs";
        call.method = "POST";
        call.path = "/";
        call.body = question.dump();
        call.headers = {
            {"Content-Type", "application/x-amz-json-1.1"},
            {"X-Amz-Target", "Logs_20140328.FilterLogEvents"},
        };
        LAMBENT_TRY(const HttpReply reply, client_.send(call));
        if (!reply.ok()) {
            Error error = service_error(reply);
            if (error.subject() == "ResourceNotFoundException") {
                return events;
            }
            return error;
        }
        try {
            const Json document = Json::parse(reply.body);
            for (const Json& entry : document.at("events")) {
                events.push_back(read_event(entry));
            }
            const auto next = document.find("nextToken");
            if (next == document.end() || !next->is_string()) {
                return events;
            }
            question["nextToken"] = *next;
        } catch (const Json::exception& failure) {
            return Error(Code::kInternal, std::string("the log cannot be read: ") + failure.what());
        }
    }
}

Result<std::vector<LogEvent>> LogsApi::events(const std::string& function, std::int64_t from_ms) {
    const Json question{
        {"logGroupName", "/aws/lambda/" + function},
        {"startTime", from_ms},
        {"interleaved", true},
    };
    return filter(question.dump());
}

Result<std::vector<LogEvent>> LogsApi::stream_events(
    const std::string& function, const std::string& stream
) {
    const Json question{
        {"logGroupName", "/aws/lambda/" + function},
        {"logStreamNames", {stream}},
    };
    return filter(question.dump());
}

}  // namespace lambent::cli
