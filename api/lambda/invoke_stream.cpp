#include "api/lambda/invoke_options.h"
#include "api/lambda/invoke_payload.h"
#include "api/lambda/operations.h"
#include "api/wire/event_stream.h"
#include "api/wire/json.h"
#include "base/files/content_hash.h"
#include "scheduler/streamed_invocations.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace lambent::api::lambda {

namespace {

constexpr std::size_t kChunkBytesMax = 1 << 20;

// How the stream ended: nothing but the log's tail if all is well.
std::string complete_event(const scheduler::ResponseStream& stream, scheduler::LogTail tail) {
    nlohmann::ordered_json complete = nlohmann::ordered_json::object();
    if (stream.result().has_error()) {
        complete["ErrorCode"] = "ServiceException";
        complete["ErrorDetails"] = "An error occurred and the request cannot be processed.";
    } else {
        const runtime::InvokeOutcome& outcome = stream.result()->outcome;
        if (outcome.kind != runtime::OutcomeKind::kSuccess) {
            complete["ErrorCode"] = outcome.error_type;
            complete["ErrorDetails"] = outcome.payload;
        }
        if (tail == scheduler::LogTail::kLast4Kb) {
            complete["LogResult"] = to_base64(stream.result()->log_tail);
        }
    }
    return event_stream_event("InvokeComplete", "application/json", dump_json(complete));
}

// The response as events, one or more for each piece that comes, and one for its end.
class EventStreamBody final : public http::BodySource {
  public:
    EventStreamBody(std::shared_ptr<scheduler::ResponseStream> stream, scheduler::LogTail tail)
        : stream_(std::move(stream)), tail_(tail) {}
    ~EventStreamBody() override { stream_->abandon(); }
    EventStreamBody(const EventStreamBody&) = delete;
    EventStreamBody& operator=(const EventStreamBody&) = delete;
    void hold(std::string bytes) { bytes_ = std::move(bytes); }  // that were read already

    Task<Result<std::string>> read_some() override {
        if (is_complete_) {
            co_return std::string();
        }
        if (bytes_.empty()) {
            bytes_ = co_await stream_->read();
        }
        if (bytes_.empty()) {
            is_complete_ = true;
            co_return complete_event(*stream_, tail_);
        }
        std::string events;
        for (std::string_view left = bytes_; !left.empty();) {
            const std::string_view chunk = left.substr(0, kChunkBytesMax);
            events += event_stream_event("PayloadChunk", "application/octet-stream", chunk);
            left.remove_prefix(chunk.size());
        }
        bytes_.clear();
        co_return events;
    }

  private:
    std::shared_ptr<scheduler::ResponseStream> stream_;  // shared with the invocation
    std::string bytes_;                                  // that nobody has been sent yet
    scheduler::LogTail tail_;
    bool is_complete_ = false;
};

// Waits for the first bytes or the end: until then the request may still be refused.
Served stream(Call call, Target target, InvokeOptions options, std::string payload) {
    const std::string arn = target.arn;
    LAMBENT_CO_TRY(
        scheduler::Invocation invocation,
        invocation_of(call, std::move(target), options, std::move(payload))
    );
    const std::string trace_id = invocation.trace_id;
    auto stream = call.ports.streams.start(std::move(invocation));
    auto body = std::make_unique<EventStreamBody>(stream, options.log_tail);
    std::string first = co_await stream->read();
    if (first.empty() && stream->result().has_error()) {
        co_return from_error(stream->result().error(), arn);
    }
    http::Response response;
    response.headers.add("Content-Type", "application/vnd.amazon.eventstream");
    response.headers.add("X-Amz-Executed-Version", stream->executed_version());
    response.headers.add("X-Amzn-Trace-Id", trace_id);
    body->hold(std::move(first));
    response.body = http::StreamBody{std::move(body)};
    co_return response;
}

}  // namespace

Served invoke_with_response_stream(Call call) {
    LAMBENT_CO_TRY(InvokeOptions options, read_invoke_options(call.request.head.headers));
    if (options.type == InvocationType::kEvent) {
        co_return invalid_parameter(
            "Invocation type 'Event' is not supported by InvokeWithResponseStream."
        );
    }
    LAMBENT_CO_TRY(Target target, named_target(call));
    Result<std::string> bytes = co_await call.body.read_all(kSyncBytesMax);
    LAMBENT_CO_TRY(std::string payload, check_payload(std::move(bytes), kSyncBytesMax));
    if (options.type == InvocationType::kDryRun) {
        co_return no_content();
    }
    co_return co_await stream(
        std::move(call), std::move(target), std::move(options), std::move(payload)
    );
}

}  // namespace lambent::api::lambda
