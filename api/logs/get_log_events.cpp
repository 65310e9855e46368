#include "api/logs/event_page.h"
#include "api/logs/log_fields.h"
#include "api/logs/logs_errors.h"
#include "api/logs/operations.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <limits>

namespace lambent::api::logs {

namespace {

constexpr std::size_t kScan = 10'000;  // events read at once while walking a stream
constexpr std::uint64_t kNoMark = std::numeric_limits<std::uint64_t>::max();

enum class Direction { kForward, kBackward };

struct EventsRequest {
    runtime::LogQuery query;
    Direction direction = Direction::kBackward;
    std::uint64_t mark = kNoMark;  // backward: only events before it
    std::string token;             // as given, to be repeated when there is nothing more
    std::size_t limit = kPageEventsMax;
};

bool read_mark(EventsRequest& request) {
    if (const auto forward = read_token(request.token, "f")) {
        request.direction = Direction::kForward;
        request.query.after_sequence = *forward;
        return true;
    }
    if (const auto backward = read_token(request.token, "b")) {
        request.direction = Direction::kBackward;
        request.mark = *backward;
        return true;
    }
    return false;
}

Answer<EventsRequest> read_events_request(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    EventsRequest request;
    request.query.group = read_group(fields, constraints);
    const auto stream = fields.text("logStreamName");
    if (!stream) {
        constraints.must_not_be_null("logStreamName");
    }
    request.query.streams = {stream.value_or("")};
    request.query.start_ms = fields.number("startTime").value_or(0);
    request.query.end_ms = fields.number("endTime");
    request.limit = read_limit(fields, constraints, kPageEventsMax);
    request.token = fields.text("nextToken").value_or("");
    request.direction = fields.flag("startFromHead") ? Direction::kForward : Direction::kBackward;
    if (auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (!request.token.empty() && !read_mark(request)) {
        return invalid_parameter("The specified nextToken is invalid.");
    }
    return request;
}

Task<Result<Events>> read_forward(const Call& call, EventsRequest request) {
    request.query.limit = request.limit;
    LAMBENT_CO_TRY(Events events, co_await call.store.query(request.query));
    cut_to_page(events);
    co_return events;
}

// The last events before the mark. The store reads forward only, so this walks the stream and
// keeps its tail: a stream is one environment's life.
Task<Result<Events>> read_backward(const Call& call, EventsRequest request) {
    std::deque<runtime::LogEvent> tail;
    std::size_t bytes = 0;
    request.query.limit = kScan;
    bool more = true;
    while (more) {
        LAMBENT_CO_TRY(Events page, co_await call.store.query(request.query));
        more = page.size() == kScan;
        sort_by_sequence(page);
        for (runtime::LogEvent& event : page) {
            request.query.after_sequence = std::max(request.query.after_sequence, event.sequence);
            if (event.sequence >= request.mark) {
                continue;
            }
            bytes += page_bytes(event);
            tail.push_back(std::move(event));
            while (tail.size() > request.limit || (bytes > kPageBytesMax && tail.size() > 1)) {
                bytes -= page_bytes(tail.front());
                tail.pop_front();
            }
        }
    }
    Events events(std::make_move_iterator(tail.begin()), std::make_move_iterator(tail.end()));
    sort_by_time(events);
    co_return events;
}

Task<Result<Events>> read_page(const Call& call, EventsRequest request) {
    if (request.direction == Direction::kForward) {
        return read_forward(call, std::move(request));
    }
    return read_backward(call, std::move(request));
}

// The same token again says that there is nothing further in that direction.
std::pair<std::string, std::string> tokens_around(
    const EventsRequest& request, const Events& events
) {
    if (!events.empty()) {
        return {make_token("f", last_sequence(events)), make_token("b", first_sequence(events))};
    }
    if (request.direction == Direction::kForward) {
        const std::uint64_t after = request.query.after_sequence;
        return {make_token("f", after), make_token("b", after + 1)};
    }
    const std::uint64_t before =
        request.mark == kNoMark || request.mark == 0 ? 0 : request.mark - 1;
    return {make_token("f", before), make_token("b", request.mark)};
}

}  // namespace

Served get_log_events(Call call) {
    LAMBENT_CO_TRY(const EventsRequest request, read_events_request(call.body));
    auto streams = co_await call.store.streams(request.query.group);
    if (streams.has_error()) {
        co_return from_error(streams.error());
    }
    const auto named = [&request](const runtime::LogStreamInfo& stream) {
        return stream.name == request.query.streams.front();
    };
    if (std::none_of(streams.value().begin(), streams.value().end(), named)) {
        co_return no_such_stream();
    }
    auto events = co_await read_page(call, request);
    if (events.has_error()) {
        co_return from_error(events.error());
    }
    nlohmann::json shown = nlohmann::json::array();
    for (const runtime::LogEvent& event : events.value()) {
        shown.push_back(event_json(event));
    }
    const auto [forward, backward] = tokens_around(request, events.value());
    nlohmann::json body = {{"nextForwardToken", forward}, {"nextBackwardToken", backward}};
    body["events"] = std::move(shown);
    co_return body;
}

}  // namespace lambent::api::logs
