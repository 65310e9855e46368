#include "runtime/environment/runtime_api.h"

#include "base/files/content_hash.h"
#include "runtime/environment/answer_stream.h"
#include "runtime/environment/runtime_api_documents.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace lambent::runtime {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPrefix = "/2018-06-01/runtime/";
// What an answer over the limit may go on to send before its connection is cut.
constexpr std::uint64_t kDiscardBytesMax = 64ULL << 20;

// A cell is frozen between events and slow under its CPU limit, so nothing it leaves half done is
// an attack; the invocation's own deadline ends what takes too long.
http::ServerConfig server_config() {
    http::ServerConfig config;
    // Runtimes report errors with up to a megabyte of X-Ray cause in one field.
    config.line_bytes_max = 1024 * 1024 + 1024;
    config.head_bytes_max = config.line_bytes_max + 64 * 1024;
    config.head_timeout = std::chrono::hours(24);
    config.idle_timeout = std::chrono::hours(24 * 365);
    config.body_timeout = std::chrono::hours(24);
    config.line_bytes_max = config.head_bytes_max;
    config.connections_max = 64;
    return config;
}

// "invocation/<id>/response" -> <id>, when `rest` has that form with `verb` at its end.
std::optional<std::string_view> id_in(std::string_view rest, std::string_view verb) {
    constexpr std::string_view kInvocation = "invocation/";
    if (!rest.starts_with(kInvocation) || !rest.ends_with(verb)) {
        return std::nullopt;
    }
    rest.remove_prefix(kInvocation.size());
    if (rest.size() <= verb.size()) {
        return std::nullopt;
    }
    rest.remove_suffix(verb.size());
    return rest.find('/') == std::string_view::npos ? std::optional(rest) : std::nullopt;
}

http::Response not_now() {
    return refused(403, "InvalidStateTransition", "This is not allowed in the runtime's state");
}

http::Response unknown_request() {
    return refused(400, "InvalidRequestID", "Invalid request ID");
}

http::Response unknown_mode() {
    return refused(
        400,
        "Runtime.InvalidResponseModeHeader",
        "Lambda-Runtime-Function-Response-Mode is \"streaming\" or absent"
    );
}

// A streamed answer is collected like any other, unless its caller wants it while it comes.
bool is_streamed(const http::RequestHead& head) {
    return head.headers.find("Lambda-Runtime-Function-Response-Mode").has_value();
}

bool has_known_mode(const http::RequestHead& head) {
    const auto mode = head.headers.find("Lambda-Runtime-Function-Response-Mode");
    return !mode || *mode == "streaming";
}

http::Response too_large(std::uint64_t bytes_max = kAnswerBytesMax) {
    return refused(
        413,
        "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size (" + std::to_string(bytes_max) + " bytes)."
    );
}

// The error document in a trailer is base64.
std::string trailing_document(const http::Headers& trailers) {
    std::string document;
    const auto body = trailers.find("Lambda-Runtime-Function-Error-Body").value_or("");
    if (!from_base64(body, document)) {
        document = error_document("Function.Unknown", "the function's stream ended with an error");
    }
    return document;
}

http::Response broken(const Error& error) {
    http::Response response = refused(400, "InvalidRequest", error.message());
    response.close = true;
    return response;
}

std::string claimed_type(const http::RequestHead& head, std::string_view otherwise) {
    const auto claimed = head.headers.find("Lambda-Runtime-Function-Error-Type");
    return checked_error_type(claimed.value_or(""), otherwise);
}

// Reads on without keeping anything, so that the guest gets to see the answer.
Task<> discard(http::BodyReader& body, http::Response& answer) {
    std::uint64_t discarded = 0;
    while (discarded < kDiscardBytesMax) {
        const Result<std::string> bytes = co_await body.read_some();
        if (bytes.has_error()) {
            break;
        }
        if (bytes->empty()) {
            co_return;
        }
        discarded += bytes->size();
    }
    answer.close = true;
}

// The whole body, as fast as it is read; false when it is larger than Lambda allows.
Task<Result<bool>> pass_on(http::BodyReader& body, AnswerStream& stream) {
    for (;;) {
        Result<std::string> bytes = co_await body.read_some();
        if (bytes.has_error()) {
            co_return bytes.error();
        }
        if (bytes->empty()) {
            co_return true;
        }
        if (!stream.write(std::move(bytes).value())) {
            co_return false;
        }
        if (stream.is_full()) {
            co_await stream.sink()->drained();
        }
    }
}

http::Response event_response(ChannelEvent event) {
    http::Response response;
    http::Headers& headers = response.headers;
    headers.add("Content-Type", "application/json");
    headers.add("Lambda-Runtime-Aws-Request-Id", std::move(event.request_id));
    headers.add("Lambda-Runtime-Deadline-Ms", std::to_string(unix_ms(event.deadline)));
    headers.add("Lambda-Runtime-Invoked-Function-Arn", std::move(event.function_arn));
    if (!event.trace_id.empty()) {
        headers.add("Lambda-Runtime-Trace-Id", header_value(event.trace_id));
    }
    if (!event.client_context.empty()) {
        headers.add("Lambda-Runtime-Client-Context", header_value(event.client_context));
    }
    response.body = std::move(event.payload);
    return response;
}

}  // namespace

RuntimeApi::RuntimeApi(
    asio::any_io_executor executor, UniqueFd listener, Conversation& talk, const Logger& log
)
    : talk_(talk), server_(executor, server_config(), *this, log), scope_(executor, log) {
    scope_.spawn("runtime_api_opening", await_guest(std::move(listener)));
}

Task<> RuntimeApi::await_guest(UniqueFd listener) {
    // Readable means that a connection has been made, before anything is accepted or sent.
    asio::posix::stream_descriptor waiting(co_await asio::this_coro::executor, listener.get());
    struct Borrowed {
        asio::posix::stream_descriptor& descriptor;
        ~Borrowed() { descriptor.release(); }
    };
    {
        const Borrowed borrowed{waiting};
        co_await waiting.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    }
    talk_.opened(std::chrono::steady_clock::now());
    server_.accept_on(std::move(listener), "runtime");
}

Task<> RuntimeApi::close() {
    co_await scope_.cancel_and_join();
    co_await server_.stop(std::chrono::milliseconds(0));
}

Task<http::Response> RuntimeApi::handle(http::RequestHead head, http::BodyReader& body) {
    const std::string_view path = head.path;
    if (!path.starts_with(kPrefix)) {
        co_return refused(404, "NotFound", "There is no such path in the Runtime API");
    }
    const std::string_view rest = path.substr(kPrefix.size());
    const bool is_next = rest == "invocation/next";
    const auto response_to = id_in(rest, "/response");
    const auto error_of = id_in(rest, "/error");
    const bool is_init_error = rest == "init/error";
    if (!is_next && !response_to && !error_of && !is_init_error) {
        co_return refused(404, "NotFound", "There is no such path in the Runtime API");
    }
    if (head.method != (is_next ? "GET" : "POST")) {
        co_return refused(405, "MethodNotAllowed", "The path does not allow this method");
    }
    if (is_next) {
        co_return co_await next();
    }
    if (is_init_error) {
        co_return co_await init_error(head, body);
    }
    const AnswerKind kind = response_to ? AnswerKind::kResponse : AnswerKind::kError;
    const std::string_view request_id = response_to ? *response_to : *error_of;
    co_return co_await answer(head, body, request_id, kind);
}

Task<http::Response> RuntimeApi::next() {
    std::optional<ChannelEvent> event = co_await talk_.next();
    co_return event ? event_response(std::move(*event)) : not_now();
}

Task<http::Response> RuntimeApi::answer(
    const http::RequestHead& head,
    http::BodyReader& body,
    std::string_view request_id,
    AnswerKind kind
) {
    if (kind == AnswerKind::kResponse && !has_known_mode(head)) {
        http::Response refusal = unknown_mode();
        co_await discard(body, refusal);
        co_return refusal;
    }
    const Conversation::Claim claim = talk_.claim_answer(request_id);
    if (claim != Conversation::Claim::kGranted) {
        http::Response refusal =
            claim == Conversation::Claim::kNotNow ? not_now() : unknown_request();
        co_await discard(body, refusal);
        co_return refusal;
    }
    if (kind == AnswerKind::kResponse && is_streamed(head) && talk_.sink() != nullptr) {
        co_return co_await stream_answer(head, body);
    }
    co_return co_await whole_answer(head, body, kind);
}

Task<http::Response> RuntimeApi::whole_answer(
    const http::RequestHead& head, http::BodyReader& body, AnswerKind kind
) {
    // A flow that is cut in the middle leaves the event open for another answer.
    struct Claimed {
        Conversation* talk;
        ~Claimed() {
            if (talk != nullptr) {
                talk->answer_broken();
            }
        }
    } claimed{&talk_};
    Result<std::string> payload = co_await body.read_all(kAnswerBytesMax);
    if (payload.has_value()) {
        std::string type =
            kind == AnswerKind::kError ? claimed_type(head, "Function.Unknown") : std::string();
        claimed.talk = nullptr;
        talk_.answer_ended(kind, std::move(*payload), std::move(type));
        co_return accepted();
    }
    if (payload.error().code() != Code::kTooLarge) {
        co_return broken(payload.error());
    }
    claimed.talk = nullptr;
    talk_.answer_ended(AnswerKind::kTooLarge, "", "");
    http::Response refusal = too_large();
    co_await discard(body, refusal);
    co_return refusal;
}

// What has left cannot be taken back: a stream that breaks off is the function's error.
Task<http::Response> RuntimeApi::stream_answer(
    const http::RequestHead& head, http::BodyReader& body
) {
    struct Unended {
        Conversation* talk;
        ~Unended() {
            if (talk != nullptr) {
                constexpr char kType[] = "Runtime.TruncatedResponse";
                std::string document = error_document(kType, "The response broke off");
                talk->answer_ended(AnswerKind::kError, std::move(document), kType);
            }
        }
    } unended{&talk_};
    AnswerStream stream(talk_.sink(), std::string(head.headers.find("Content-Type").value_or("")));
    const Result<bool> passed = co_await pass_on(body, stream);
    if (passed.has_error()) {
        co_return broken(passed.error());
    }
    unended.talk = nullptr;
    if (!*passed) {
        talk_.answer_ended(AnswerKind::kStreamTooLarge, "", "");
        http::Response refusal = too_large(kStreamBytesMax);
        co_await discard(body, refusal);
        co_return refusal;
    }
    const http::Headers trailers = body.trailers();
    if (const auto type = trailers.find("Lambda-Runtime-Function-Error-Type")) {
        talk_.answer_ended(
            AnswerKind::kError,
            trailing_document(trailers),
            checked_error_type(*type, "Function.Unknown")
        );
    } else {
        talk_.answer_ended(AnswerKind::kResponse, "", "");
    }
    co_return accepted();
}

Task<http::Response> RuntimeApi::init_error(const http::RequestHead& head, http::BodyReader& body) {
    Result<std::string> payload = co_await body.read_all(kAnswerBytesMax);
    if (payload.has_error()) {
        http::Response refusal =
            payload.error().code() == Code::kTooLarge ? too_large() : broken(payload.error());
        co_await discard(body, refusal);
        co_return refusal;
    }
    std::string type = claimed_type(head, "Runtime.Unknown");
    co_return talk_.init_failed(std::move(*payload), std::move(type)) ? accepted() : not_now();
}

}  // namespace lambent::runtime
