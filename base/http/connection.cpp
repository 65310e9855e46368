#include "base/http/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <charconv>
#include <exception>

namespace lambent::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadBytes = 8 * 1024;
constexpr std::size_t kIdleBytesMax = 16 * 1024;  // what a connection may keep between requests
constexpr std::size_t kFilePieceBytes = 256 * 1024;
constexpr std::size_t kServedInARowMax = 16;
// A body that no handler wanted is read and dropped when it is short; else the connection ends.
constexpr std::uint64_t kSkipBytes = 256 * 1024;
// After the last answer the client may still be sending: closing then would destroy the answer.
constexpr std::uint64_t kLingerBytes = 64 * 1024 * 1024;
constexpr std::chrono::seconds kLingerTime{5};

HeadLimits limits_of(const ServerConfig& config) {
    return {config.head_bytes_max, config.line_bytes_max, config.fields_max};
}

std::size_t left_of(const TimedSocket::Parts& parts) {
    return parts[0].size() + parts[1].size();
}

// "1f4\r\n"; the chunk of no bytes is the last one.
std::string chunk_head(std::size_t bytes) {
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16).ptr;
    return std::string(digits.data(), end) + "\r\n";
}

Response plain_answer(unsigned status, std::string_view text) {
    Response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain");
    response.body = std::string(text) + "\n";
    response.close = true;
    return response;
}

}  // namespace

Connection::Connection(
    const asio::any_io_executor& executor,
    Surroundings around,
    UniqueFd connected,
    std::unique_ptr<TlsSession> tls,
    Origin origin
)
    : around_(around),
      socket_(executor, std::move(connected), std::move(tls)),
      origin_(std::move(origin)),
      scanner_(limits_of(around.config)) {}

Task<> Connection::run() {
    Next next = Next::kServe;
    while (next == Next::kServe) {
        next = co_await await_head();
        if (next == Next::kServe) {
            next = co_await serve();
        }
    }
    if (next == Next::kLinger) {
        co_await linger();
    }
}

Parsed<std::optional<std::size_t>> Connection::scan_buffer() {
    const auto bytes = buffer_.cdata();
    return scanner_.scan({static_cast<const char*>(bytes.data()), bytes.size()});
}

Task<Connection::Next> Connection::await_head() {
    scanner_.restart();
    head_deadline_ = SteadyTime::max();
    for (;;) {
        if (buffer_.size() > 0) {
            const auto scanned = scan_buffer();
            if (scanned.has_error()) {
                co_return co_await refuse(scanned.error());
            }
            if (scanned->has_value()) {
                head_bytes_ = **scanned;
                co_return Next::kServe;
            }
        }
        if (is_finishing_) {
            co_return Next::kEnd;
        }
        served_in_a_row_ = 0;
        is_idle_ = buffer_.size() == 0;
        if (is_idle_ && buffer_.capacity() > kIdleBytesMax) {
            buffer_.shrink_to_fit();
        }
        const auto room = buffer_.prepare(kReadBytes);
        const auto patience = is_idle_ ? around_.config.idle_timeout : head_patience();
        const auto read = co_await socket_.read_some(room, patience);
        if (read.has_error()) {
            co_return co_await silence(read.error());
        }
        if (*read == 0) {
            co_return Next::kEnd;
        }
        buffer_.commit(*read);
    }
}

// A head has one deadline from its first byte on, however many pieces it comes in.
TimedSocket::Patience Connection::head_patience() {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (head_deadline_ == SteadyTime::max()) {
        head_deadline_ = now + around_.config.head_timeout;
    }
    return std::chrono::duration_cast<TimedSocket::Patience>(head_deadline_ - now);
}

Task<Connection::Next> Connection::serve() {
    is_idle_ = false;
    const std::string_view bytes(static_cast<const char*>(buffer_.cdata().data()), head_bytes_);
    auto parsed = parse_head(bytes, limits_of(around_.config));
    if (parsed.has_error()) {
        co_return co_await refuse(parsed.error());
    }
    request_ = std::move(*parsed);
    buffer_.consume(head_bytes_);
    request_.head.peer = origin_.peer;
    request_.head.entrance = origin_.entrance;
    request_.head.is_secure = origin_.is_secure;
    const Framing framing = request_.framing;
    const bool is_head = request_.head.method == "HEAD";
    RequestBody body(
        socket_, buffer_, framing, around_.config.body_timeout, around_.config.line_bytes_max
    );
    const Response response = co_await ask_handler(body);
    AnswerContext context = plan(response, framing, body);
    context.is_head = is_head;
    if (!std::holds_alternative<std::string>(response.body)) {
        if (!co_await answer(response, context)) {
            co_return Next::kEnd;
        }
    } else {
        TimedSocket::Parts parts = render(response, context);
        if (!socket_.write_now(parts) || (left_of(parts) > 0 && !co_await send(parts))) {
            co_return Next::kEnd;
        }
    }
    if (!context.keep_alive) {
        co_return body.is_finished() && buffer_.size() == 0 ? Next::kEnd : Next::kLinger;
    }
    if (!body.is_finished() && !co_await body.skip()) {
        co_return Next::kEnd;
    }
    if (++served_in_a_row_ >= kServedInARowMax) {
        served_in_a_row_ = 0;
        co_await asio::post(socket_.executor(), asio::use_awaitable);
    }
    co_return Next::kServe;
}

Task<Response> Connection::ask_handler(RequestBody& body) {
    std::string reason;
    try {
        co_return co_await around_.handler.handle(std::move(request_.head), body);
    } catch (const std::exception& e) {
        reason = e.what();
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {  // the server is being stopped
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    around_.log.error("handler_failed", {{"reason", reason}});
    co_return plain_answer(500, "the server failed");
}

AnswerContext Connection::plan(
    const Response& response, const Framing& framing, const RequestBody& body
) const {
    AnswerContext context;
    context.is_http_1_0 = framing.is_http_1_0;
    context.keep_alive = framing.keep_alive && !response.close && !is_finishing_ &&
                         (body.is_finished() || body.may_be_skipped(kSkipBytes));
    if (framing.is_http_1_0 && std::holds_alternative<StreamBody>(response.body)) {
        context.keep_alive = false;
    }
    return context;
}

Task<Connection::Next> Connection::refuse(Malformed why) {
    around_.log.debug("request_refused", {{"peer", origin_.peer}, {"reason", why.why()}});
    const Response response = plain_answer(why.status(), why.why());
    AnswerContext context;
    context.keep_alive = false;
    const bool sent = co_await answer(response, context);
    co_return sent ? Next::kLinger : Next::kEnd;
}

// Nothing more came: a client in the middle of a head is told so, an idle one need not be.
Task<Connection::Next> Connection::silence(Error why) {
    if (why.code() == Code::kInvalidArgument) {
        co_return co_await refuse(Malformed(400, "plain HTTP was sent to a port that speaks TLS"));
    }
    if (why.code() != Code::kDeadline || buffer_.size() == 0) {
        co_return Next::kEnd;
    }
    co_return co_await refuse(Malformed(408, "the head of the request took too long"));
}

Task<bool> Connection::answer(const Response& response, const AnswerContext& context) {
    const TimedSocket::Parts parts = render(response, context);
    const auto* file = std::get_if<FileBody>(&response.body);
    if (file != nullptr && sends_body(response, context)) {
        co_return co_await send_file(*file);
    }
    const auto* stream = std::get_if<StreamBody>(&response.body);
    if (stream != nullptr && sends_body(response, context)) {
        co_return co_await send_stream(*stream, context);
    }
    co_return co_await send(parts);
}

// What to send, but for a file or a stream: the head lies in out_, the text in the response.
TimedSocket::Parts Connection::render(const Response& response, const AnswerContext& context) {
    out_.clear();
    render_head(response, context, out_);
    TimedSocket::Parts parts;
    parts[0] = asio::buffer(out_);
    const auto* text = std::get_if<std::string>(&response.body);
    if (text != nullptr && sends_body(response, context)) {
        parts[1] = asio::buffer(*text);
    }
    return parts;
}

Task<bool> Connection::send(TimedSocket::Parts parts) {
    const auto sent = co_await socket_.write(parts, around_.config.body_timeout);
    co_return sent.has_value();
}

// Sends out_, which holds the head, together with the first piece.
Task<bool> Connection::send_file(const FileBody& file) {
    std::string piece;
    std::uint64_t sent = 0;
    while (sent < file.length) {
        piece.resize(std::min<std::uint64_t>(file.length - sent, kFilePieceBytes));
        const auto read = co_await around_.files.read_at(file.file, file.offset + sent, piece);
        if (read.has_error() || *read == 0) {
            around_.log.error("file_body_short", {{"missing_bytes", file.length - sent}});
            co_return false;
        }
        TimedSocket::Parts parts;
        parts[0] = asio::buffer(out_);
        parts[1] = asio::const_buffer(piece.data(), *read);
        const auto written = co_await socket_.write(parts, around_.config.body_timeout);
        if (written.has_error()) {
            co_return false;
        }
        out_.clear();
        sent += *read;
    }
    co_return true;
}

// Sends out_, which holds the head, at once, and then each piece when it comes.
Task<bool> Connection::send_stream(const StreamBody& stream, const AnswerContext& context) {
    bool is_last = false;
    TimedSocket::Parts parts;
    parts[0] = asio::buffer(out_);
    std::string piece;
    while (co_await send(parts)) {
        if (is_last) {
            co_return true;
        }
        Result<std::string> read = co_await stream.source->read_some();
        if (read.has_error()) {
            around_.log.debug("stream_cut", {{"reason", read.error().message()}});
            co_return false;
        }
        piece = std::move(read).value();
        is_last = piece.empty();
        out_.clear();
        if (!context.is_http_1_0) {
            out_ = chunk_head(piece.size());
            piece += "\r\n";
        }
        parts[0] = asio::buffer(out_);
        parts[1] = asio::buffer(piece);
    }
    co_return false;
}

Task<> Connection::linger() {
    socket_.shutdown_writing();
    buffer_.clear();
    const SteadyTime end = std::chrono::steady_clock::now() + kLingerTime;
    for (std::uint64_t dropped = 0; dropped < kLingerBytes;) {
        const auto left = std::chrono::duration_cast<TimedSocket::Patience>(
            end - std::chrono::steady_clock::now()
        );
        const auto room = buffer_.prepare(kFilePieceBytes);
        const auto read = co_await socket_.read_some(room, left);
        if (read.has_error() || *read == 0 || left.count() <= 0) {
            co_return;
        }
        dropped += *read;
    }
}

SteadyTime Connection::idle_until() const {
    return is_idle_ && !is_finishing_ ? socket_.deadline() : SteadyTime::max();
}

void Connection::finish() {
    is_finishing_ = true;
    if (is_idle_) {
        socket_.interrupt();
    }
}

void Connection::cut() {
    is_finishing_ = true;
    socket_.shutdown();
    socket_.interrupt();
}

}  // namespace lambent::http
