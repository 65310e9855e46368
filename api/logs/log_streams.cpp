#include "api/logs/log_fields.h"
#include "api/logs/logs_errors.h"
#include "api/logs/operations.h"
#include "runtime/functions/function.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

namespace lambent::api::logs {

namespace {

constexpr std::int64_t kStreamsMax = 50;

enum class StreamOrder { kName, kLastEvent };

struct StreamsRequest {
    std::string group;
    std::string prefix;
    StreamOrder order = StreamOrder::kName;
    bool descending = false;
    std::uint64_t skip = 0;  // AWS's tokens live for a day; ours say how many were shown
    std::size_t limit = kStreamsMax;
};

Answer<StreamsRequest> read_streams_request(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    StreamsRequest request;
    request.group = read_group(fields, constraints);
    request.prefix = fields.text("logStreamNamePrefix").value_or("");
    const std::string order = fields.text("orderBy").value_or("LogStreamName");
    constraints.one_of("orderBy", order, {"LogStreamName", "LastEventTime"});
    request.order = order == "LastEventTime" ? StreamOrder::kLastEvent : StreamOrder::kName;
    request.descending = fields.flag("descending");
    request.limit = read_limit(fields, constraints, kStreamsMax);
    const auto token = fields.text("nextToken");
    if (auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (token) {
        const auto skip = read_token(*token, "s");
        if (!skip) {
            return invalid_parameter("The specified nextToken is invalid.");
        }
        request.skip = *skip;
    }
    if (request.order == StreamOrder::kLastEvent && !request.prefix.empty()) {
        return invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
    }
    return request;
}

void sort_streams(std::vector<runtime::LogStreamInfo>& streams, const StreamsRequest& request) {
    const auto key = [&request](const runtime::LogStreamInfo& stream) {
        const bool by_time = request.order == StreamOrder::kLastEvent;
        return std::make_tuple(by_time ? stream.last_event_ms : 0, std::cref(stream.name));
    };
    const auto before = [&](const runtime::LogStreamInfo& a, const runtime::LogStreamInfo& b) {
        return request.descending ? key(b) < key(a) : key(a) < key(b);
    };
    std::sort(streams.begin(), streams.end(), before);
}

nlohmann::json stream_json(
    const Call& call, const std::string& group, const runtime::LogStreamInfo& stream
) {
    nlohmann::json json = {
        {"logStreamName", stream.name},
        {"creationTime", stream.created_ms},
        {"arn",
         "arn:aws:logs:" + call.config.region + ":" + runtime::kAccountId + ":log-group:" + group +
             ":log-stream:" + stream.name},
        {"storedBytes", stream.stored_bytes},
    };
    if (stream.last_event_ms != 0) {
        json["firstEventTimestamp"] = stream.first_event_ms;
        json["lastEventTimestamp"] = stream.last_event_ms;
        json["lastIngestionTime"] = stream.last_event_ms;
    }
    return json;
}

}  // namespace

Served describe_log_streams(Call call) {
    LAMBENT_CO_TRY(const StreamsRequest request, read_streams_request(call.body));
    auto listed = co_await call.store.streams(request.group);
    if (listed.has_error()) {
        co_return from_error(listed.error());
    }
    std::vector<runtime::LogStreamInfo> streams = std::move(listed).value();
    std::erase_if(streams, [&request](const runtime::LogStreamInfo& stream) {
        return !stream.name.starts_with(request.prefix);
    });
    sort_streams(streams, request);
    nlohmann::json shown = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    for (std::size_t i = request.skip; i < streams.size(); ++i) {
        if (shown.size() == request.limit) {
            body["nextToken"] = make_token("s", i);
            break;
        }
        shown.push_back(stream_json(call, request.group, streams[i]));
    }
    body["logStreams"] = std::move(shown);
    co_return body;
}

}  // namespace lambent::api::logs
