#include "base/http/request_body.h"

#include <algorithm>

namespace lambent::http {
namespace {

constexpr std::uint64_t kBodyReadBytes = 256 * 1024;
constexpr std::size_t kChunkedReadBytes = 16 * 1024;

std::string_view view(const boost::beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

}  // namespace

RequestBody::RequestBody(
    TimedSocket& socket,
    boost::beast::flat_buffer& buffer,
    const Framing& framing,
    TimedSocket::Patience patience,
    std::size_t trailer_bytes_max
)
    : socket_(socket),
      buffer_(buffer),
      content_length_(framing.content_length),
      left_(framing.content_length.value_or(0)),
      chunks_(trailer_bytes_max),
      patience_(patience),
      budget_(patience),
      awaits_continue_(framing.awaits_continue && !framing.is_http_1_0),
      state_(framing.is_chunked || left_ > 0 ? State::kReading : State::kFinished) {
    if (!framing.is_chunked) {
        content_length_ = left_;
    }
}

Task<Result<std::string>> RequestBody::read_some() {
    if (state_ == State::kFinished) {
        co_return std::string();
    }
    if (state_ == State::kBroken) {
        co_return Error(Code::kInvalidArgument, "body", "the body is broken");
    }
    if (awaits_continue_ && buffer_.size() == 0) {
        LAMBENT_CO_TRY(co_await ask_to_continue());
    }
    awaits_continue_ = false;
    if (content_length_) {
        co_return co_await read_counted();
    }
    co_return co_await read_chunked();
}

std::optional<std::string> RequestBody::take_whole() {
    const bool is_untouched = content_length_ && left_ == *content_length_;
    if (!is_untouched || state_ == State::kBroken || buffer_.size() < left_) {
        return std::nullopt;
    }
    std::string bytes(view(buffer_).substr(0, left_));
    buffer_.consume(bytes.size());
    left_ = 0;
    awaits_continue_ = false;
    state_ = State::kFinished;
    return bytes;
}

Task<Result<void>> RequestBody::ask_to_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    TimedSocket::Parts parts;
    parts[0] = boost::asio::const_buffer(kContinue.data(), kContinue.size());
    co_return co_await socket_.write(parts, patience_);
}

Task<Result<std::string>> RequestBody::read_counted() {
    std::string bytes;
    if (buffer_.size() > 0) {
        bytes = view(buffer_).substr(0, left_);
        buffer_.consume(bytes.size());
    } else {
        bytes.resize(std::min(left_, kBodyReadBytes));
        LAMBENT_CO_TRY(const std::size_t read, co_await receive(boost::asio::buffer(bytes)));
        bytes.resize(read);
    }
    left_ -= bytes.size();
    if (left_ == 0) {
        state_ = State::kFinished;
    }
    co_return bytes;
}

Task<Result<std::string>> RequestBody::read_chunked() {
    for (;;) {
        LAMBENT_CO_TRY(std::string bytes, decode_buffered());
        if (!bytes.empty() || state_ == State::kFinished) {
            co_return bytes;
        }
        const auto room = buffer_.prepare(kChunkedReadBytes);
        LAMBENT_CO_TRY(const std::size_t read, co_await receive(room));
        buffer_.commit(read);
    }
}

Task<Result<std::size_t>> RequestBody::receive(boost::asio::mutable_buffer into) {
    const SteadyTime begun = std::chrono::steady_clock::now();
    const auto read = co_await socket_.read_some(into, budget_.next());
    if (read.has_error()) {
        co_return broken(read.error());
    }
    if (*read == 0) {
        co_return broken(Error(Code::kUnavailable, "body", "the client left its body unsent"));
    }
    budget_.spent(std::chrono::steady_clock::now() - begun, *read);
    co_return *read;
}

Result<std::string> RequestBody::decode_buffered() {
    std::string bytes;
    auto used = chunks_.feed(view(buffer_), bytes);
    if (used.has_error()) {
        return broken(used.error());
    }
    buffer_.consume(*used);
    if (chunks_.is_done()) {
        state_ = State::kFinished;
    }
    return bytes;
}

Headers RequestBody::trailers() const {
    Headers found;
    std::string_view lines = chunks_.trailers();
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            continue;  // the empty line at the end
        }
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        value = value.substr(0, value.find_last_not_of(" \t") + 1);
        found.add(std::string(line.substr(0, colon)), std::string(value));
    }
    return found;
}

Error RequestBody::broken(Error why) {
    state_ = State::kBroken;
    return why;
}

bool RequestBody::may_be_skipped(std::uint64_t bytes) const {
    return state_ == State::kReading && !awaits_continue_ && content_length_ && left_ <= bytes;
}

Task<bool> RequestBody::skip() {
    while (state_ == State::kReading) {
        const auto bytes = co_await read_some();
        if (bytes.has_error()) {
            co_return false;
        }
    }
    co_return state_ == State::kFinished;
}

}  // namespace lambent::http
