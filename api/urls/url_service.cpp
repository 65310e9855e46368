#include "api/urls/url_service.h"

#include "api/lambda/invoke_options.h"
#include "api/urls/url_answers.h"
#include "triggers/http/cors.h"
#include "triggers/http/http_answer.h"
#include "triggers/http/stream_head.h"

#include <optional>
#include <utility>

namespace lambent::api::urls {
namespace {

using triggers::FunctionUrl;

constexpr std::uint64_t kEventBytesMax = 6'291'456;  // lambda-facts section 2

bool is_success(const scheduler::InvocationResult& result) {
    return result.outcome.kind == runtime::OutcomeKind::kSuccess;
}

// The trace that a caller began goes on.
std::string trace_of(const http::RequestHead& head, WallTime now) {
    constexpr std::size_t kTraceIdMax = 512;
    const auto given = head.headers.find("X-Amzn-Trace-Id");
    return given && !given->empty() && given->size() <= kTraceIdMax ? std::string(*given)
                                                                    : lambda::new_trace_id(now);
}

}  // namespace

UrlService::UrlService(UrlConfig config, UrlPorts ports, Logger log)
    : config_(std::move(config)), ports_(ports), log_(std::move(log)) {}

bool UrlService::wants_signature(const http::RequestHead& head) const {
    const auto place = find_place(ports_.urls, config_, head);
    if (!place || place->url.auth == FunctionUrl::Auth::kNone) {
        return false;
    }
    // Browsers send no credentials with the question whether they may.
    const bool is_question = head.method == "OPTIONS" && head.headers.find("origin") &&
                             head.headers.find("access-control-request-method");
    return !(place->url.cors && is_question);
}

Task<http::Response> UrlService::serve(Request request, http::BodyReader& body) {
    std::optional<Place> place = find_place(ports_.urls, config_, request.head);
    if (!place) {
        co_return not_found();
    }
    const WallTime now = ports_.clock.wall_now();
    triggers::HttpRequest http = request_at(*place, config_, request, now);
    if (place->url.cors && triggers::is_preflight(http)) {
        co_return render_preflight(*place, http);
    }
    if (place->url.auth == FunctionUrl::Auth::kIam && request.principal.is_stranger) {
        co_return forbidden();  // it was open when the request began
    }
    Result<std::string> bytes = co_await body.read_all(kEventBytesMax);
    if (bytes.has_error()) {
        co_return bytes.error().code() == Code::kTooLarge ? too_large() : refused(bytes.error());
    }
    http.body = std::move(bytes).value();
    scheduler::Invocation invocation;
    invocation.function = place->url.reference();
    invocation.request_id = http.request_id;
    invocation.trace_id = trace_of(request.head, now);
    http.fields.emplace_back("x-amzn-trace-id", invocation.trace_id);
    invocation.payload = triggers::http_event(http);
    http.body = std::string();
    if (invocation.payload.size() > kEventBytesMax) {
        co_return too_large();
    }
    const std::string trace_id = invocation.trace_id;
    const bool is_streamed = place->url.mode == FunctionUrl::Mode::kStreamed;
    http::Response response;
    if (is_streamed) {
        response = co_await stream(std::move(*place), std::move(http), std::move(invocation));
    } else {
        response = co_await call(std::move(*place), std::move(http), std::move(invocation));
    }
    response.headers.add("X-Amzn-Trace-Id", trace_id);
    co_return response;
}

Task<http::Response> UrlService::call(
    Place place, triggers::HttpRequest request, scheduler::Invocation invocation
) {
    Result<scheduler::InvocationResult> result =
        co_await ports_.invoker.invoke(std::move(invocation));
    if (result.has_error()) {
        co_return refused(result.error());
    }
    if (!is_success(*result)) {
        co_return bad_gateway();
    }
    auto answer = triggers::http_answer(std::move(result->outcome.payload));
    if (!answer) {
        log_.info("malformed_url_answer", {{"function", place.url.function}});
        co_return bad_gateway();
    }
    co_return render_answer(std::move(*answer), place, request);
}

// Until the head is known the request may still end in an error; then what comes is passed on.
Task<http::Response> UrlService::stream(
    Place place, triggers::HttpRequest request, scheduler::Invocation invocation
) {
    auto stream = ports_.streams.start(std::move(invocation));
    auto body = std::make_unique<UrlStreamBody>(stream);
    std::string bytes = co_await stream->read();
    if (bytes.empty() && stream->result().has_error()) {
        co_return refused(stream->result().error());
    }
    if (bytes.empty() && !is_success(*stream->result())) {
        co_return bad_gateway();
    }
    triggers::StreamHead head(stream->content_type());
    auto state = head.feed(std::move(bytes));
    while (state == triggers::StreamHead::State::kOpen) {
        bytes = co_await stream->read();
        if (bytes.empty()) {
            break;
        }
        state = head.feed(std::move(bytes));
    }
    if (state != triggers::StreamHead::State::kWhole) {
        log_.info("malformed_url_answer", {{"function", place.url.function}});
        co_return bad_gateway();
    }
    triggers::HttpAnswer answer = head.take_answer();
    body->hold(std::exchange(answer.body, std::string()));
    http::Response response = render_answer(std::move(answer), place, request);
    response.body = http::StreamBody{std::move(body)};
    co_return response;
}

}  // namespace lambent::api::urls
