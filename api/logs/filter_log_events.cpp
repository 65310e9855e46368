#include "api/logs/event_page.h"
#include "api/logs/log_fields.h"
#include "api/logs/logs_errors.h"
#include "api/logs/operations.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace lambent::api::logs {

namespace {

Answer<runtime::LogQuery> read_filter_request(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    runtime::LogQuery query;
    query.group = read_group(fields, constraints);
    query.streams = fields.texts("logStreamNames").value_or(std::vector<std::string>());
    query.stream_prefix = fields.text("logStreamNamePrefix").value_or("");
    query.start_ms = fields.number("startTime").value_or(0);
    if (const auto end = fields.number("endTime")) {
        // Here, unlike in GetLogEvents, an event at the very end still counts.
        query.end_ms = *end == std::numeric_limits<std::int64_t>::max() ? *end : *end + 1;
    }
    query.pattern = fields.text("filterPattern").value_or("");
    query.limit = read_limit(fields, constraints, kPageEventsMax);
    const std::string token = fields.text("nextToken").value_or("");
    if (auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (!query.streams.empty() && !query.stream_prefix.empty()) {
        return invalid_parameter("logStreamNamePrefix and logStreamNames are mutually exclusive.");
    }
    if (!token.empty()) {
        const auto after = read_token(token, "f");
        if (!after) {
            return invalid_parameter("The specified nextToken is invalid.");
        }
        query.after_sequence = *after;
    }
    return query;
}

}  // namespace

Served filter_log_events(Call call) {
    LAMBENT_CO_TRY(const runtime::LogQuery query, read_filter_request(call.body));
    auto found = co_await call.store.query(query);
    if (found.has_error()) {
        co_return from_error(found.error());
    }
    Events events = std::move(found).value();
    const bool full = events.size() == query.limit;
    const std::size_t all = events.size();
    cut_to_page(events);
    nlohmann::json shown = nlohmann::json::array();
    for (const runtime::LogEvent& event : events) {
        nlohmann::json json = event_json(event);
        json["logStreamName"] = event.stream;
        json["eventId"] = std::to_string(event.sequence);
        shown.push_back(std::move(json));
    }
    nlohmann::json body = {{"searchedLogStreams", nlohmann::json::array()}};
    if (full || events.size() < all) {
        body["nextToken"] = make_token("f", last_sequence(events));
    }
    body["events"] = std::move(shown);
    co_return body;
}

}  // namespace lambent::api::logs
