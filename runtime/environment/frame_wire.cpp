#include "runtime/environment/frame_wire.h"

#include "runtime/environment/runtime_api_documents.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace lambent::runtime {

namespace asio = boost::asio;

namespace {

std::string room_for_head(std::size_t text_bytes) {
    std::string bytes;
    bytes.reserve(kFrameHeadBytes + text_bytes);
    bytes.resize(kFrameHeadBytes);
    return bytes;
}

std::string zero_ended(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) {
        all += word;
        all += '\0';
    }
    return all;
}

}  // namespace

struct FrameWire::Socket {
    asio::local::stream_protocol::socket stream;
};

FrameWire::FrameWire(
    const asio::any_io_executor& executor, UniqueFd socket, Conversation& talk, const Logger& log
)
    : socket_(std::make_unique<Socket>(Socket{asio::local::stream_protocol::socket(
          executor, asio::local::stream_protocol(), socket.release()
      )})),
      talk_(talk),
      rehearsed_(executor),
      scope_(executor, log) {
    socket_->stream.non_blocking(true);
    scope_.spawn("frames_in", read_all());
}

FrameWire::~FrameWire() = default;

void FrameWire::on_broken(std::function<void()> report) {
    broken_ = std::move(report);
    if (malformed_) {
        broken_();
    }
}

Task<> FrameWire::close() {
    talk_.forget(*this);
    co_await scope_.cancel_and_join();
}

// --- From the guest

Task<> FrameWire::read_all() {
    for (;;) {
        const std::span<char> space = reader_.space();
        boost::system::error_code ended;
        const std::size_t bytes = co_await socket_->stream.async_read_some(
            asio::buffer(space.data(), space.size()),
            asio::redirect_error(asio::use_awaitable, ended)
        );
        if (ended) {
            break;  // the guest has gone, or is about to: its cell tells why
        }
        reader_.filled(bytes);
        if (co_await take_frames() == Read::kMalformed) {
            malformed_ = true;
            if (broken_) {
                broken_();
            }
            break;
        }
    }
    ended_ = true;
    rehearsed_.set(false);
}

// While a caller takes its stream slower than it comes, nothing more is read: the guest waits then.
Task<FrameWire::Read> FrameWire::take_frames() {
    Read read = read_frames();
    while (read == Read::kFull) {
        const std::shared_ptr<ResponseSink> sink = stream_->sink();  // shared: may be reset here
        co_await sink->drained();
        read = read_frames();
    }
    co_return read;
}

FrameWire::Read FrameWire::read_frames() {
    for (;;) {
        switch (reader_.step()) {
            case FrameReader::Step::kStarved:
                return Read::kAll;
            case FrameReader::Step::kBegun:
                if (!begun()) {
                    return Read::kMalformed;
                }
                break;
            case FrameReader::Step::kWhole:
                if (!whole()) {
                    return Read::kMalformed;
                }
                if (stream_ && stream_->is_full()) {
                    return Read::kFull;
                }
                break;
            case FrameReader::Step::kMalformed:
                return Read::kMalformed;
        }
    }
}

bool FrameWire::begun() {
    const FrameHead& head = reader_.head();
    if (head.type == FrameType::kResponse || head.type == FrameType::kError) {
        if (answering_ && head.event != event_) {
            return false;
        }
        answer_begun();
    }
    return head.type != FrameType::kInitError || head.payload_bytes <= kAnswerBytesMax;
}

// An answer that nobody waits for (late, or a second one) is read and forgotten.
void FrameWire::answer_begun() {
    const FrameHead& head = reader_.head();
    if (!answering_) {
        if (head.event != event_ ||
            talk_.claim_answer(request_id_) != Conversation::Claim::kGranted) {
            reader_.discard();
            return;
        }
        answering_ = true;
        if (talk_.sink() != nullptr && (head.flags & kMore) != 0) {
            stream_.emplace(talk_.sink(), reader_.text());
        }
    }
    if (parts_.size() + head.payload_bytes > kAnswerBytesMax) {
        reader_.discard();
        end_answer(AnswerKind::kTooLarge, "", "");
    }
}

void FrameWire::end_answer(AnswerKind kind, std::string payload, std::string error_type) {
    answering_ = false;
    parts_ = std::string();
    stream_.reset();
    talk_.answer_ended(kind, std::move(payload), std::move(error_type), reader_.head().in_handler);
}

bool FrameWire::whole() {
    switch (reader_.head().type) {
        case FrameType::kOpened:
            if (!rehearsal_) {
                talk_.opened(std::chrono::steady_clock::now());
            }
            return true;
        case FrameType::kNext:
            return rehearsal_ ? rehearse_next() : next();
        case FrameType::kInitError: {
            std::string type = checked_error_type(reader_.text(), "Runtime.Unknown");
            return talk_.init_failed(reader_.take_payload(), std::move(type)) ||
                   talk_.state() == EnvironmentFsm::State::kOver;
        }
        case FrameType::kResponse:
        case FrameType::kError:
            if (!reader_.discarded()) {
                answer_whole();
            }
            return true;
        case FrameType::kConfigure:
        case FrameType::kEvent:
            break;
    }
    return false;
}

// Refused once the environment has ended; else the guest has not answered yet.
bool FrameWire::next() {
    return talk_.ask(*this) || talk_.state() == EnvironmentFsm::State::kOver;
}

// A stem that asks once more after its last rehearsal could not be told from a function.
bool FrameWire::rehearse_next() {
    if (rehearsal_->empty()) {
        return rehearsed_.set(true);
    }
    ChannelEvent event;
    event.request_id = "rehearsal";
    event.deadline = std::chrono::system_clock::now();
    std::string payload = std::move(rehearsal_->front());
    rehearsal_->pop_front();
    send_event(event, std::move(payload));
    return true;
}

void FrameWire::answer_whole() {
    if (reader_.head().type == FrameType::kError) {
        std::string type = checked_error_type(reader_.text(), "Function.Unknown");
        end_answer(AnswerKind::kError, reader_.take_payload(), std::move(type));
        return;
    }
    if (stream_) {
        part_whole();
        return;
    }
    const bool more = (reader_.head().flags & kMore) != 0;
    if (more || !parts_.empty()) {
        parts_ += reader_.take_payload();
    }
    if (more) {
        return;
    }
    std::string payload =
        parts_.empty() ? reader_.take_payload() : std::exchange(parts_, std::string());
    end_answer(AnswerKind::kResponse, std::move(payload), "");
}

void FrameWire::part_whole() {
    if (!stream_->write(reader_.take_payload())) {
        end_answer(AnswerKind::kStreamTooLarge, "", "");
    } else if ((reader_.head().flags & kMore) == 0) {
        end_answer(AnswerKind::kResponse, "", "");
    }
}

// --- To the guest

void FrameWire::take(ChannelEvent event) {
    request_id_ = event.request_id;
    std::string payload = std::move(event.payload);
    send_event(event, std::move(payload));
}

void FrameWire::send_event(const ChannelEvent& event, std::string payload) {
    FrameHead head;
    head.type = FrameType::kEvent;
    head.event = ++event_;
    head.deadline_ms = unix_ms(event.deadline);
    std::string bytes = room_for_head(
        event.request_id.size() + event.function_arn.size() + event.trace_id.size() +
        event.client_context.size() + 4
    );
    for (const std::string* part :
         {&event.request_id, &event.function_arn, &event.trace_id, &event.client_context}) {
        append_header_value(*part, bytes);
        bytes += '\0';
    }
    send(head, std::move(bytes), std::move(payload));
}

Task<bool> FrameWire::rehearse(std::vector<std::string> events) {
    rehearsal_.emplace(
        std::make_move_iterator(events.begin()), std::make_move_iterator(events.end())
    );
    co_return co_await rehearsed_.wait();
}

std::string FrameWire::configuration(
    const std::vector<std::string>& variables, const std::vector<std::string>& program
) {
    rehearsal_.reset();
    const std::string text = zero_ended(program);
    const std::string payload = zero_ended(variables);
    FrameHead head;
    head.type = FrameType::kConfigure;
    head.text_bytes = static_cast<std::uint32_t>(text.size());
    head.payload_bytes = static_cast<std::uint32_t>(payload.size());
    const auto encoded = encode(head);
    return std::string(encoded.data(), encoded.size()) + text + payload;
}

// `bytes` are the room for the head and the text behind it.
void FrameWire::send(FrameHead head, std::string bytes, std::string payload) {
    head.text_bytes = static_cast<std::uint32_t>(bytes.size() - kFrameHeadBytes);
    head.payload_bytes = static_cast<std::uint32_t>(payload.size());
    const auto encoded = encode(head);
    std::copy(encoded.begin(), encoded.end(), bytes.begin());
    Outgoing frame;
    frame.head = std::move(bytes);
    frame.payload = std::move(payload);
    if (outgoing_.empty() && send_some(frame)) {
        return;  // as nearly always
    }
    outgoing_.push_back(std::move(frame));
    if (!sending_) {
        sending_ = true;
        scope_.spawn("frames_out", send_rest());
    }
}

void FrameWire::send_what_fits() {
    while (!outgoing_.empty() && send_some(outgoing_.front())) {
        outgoing_.pop_front();
    }
}

// Whether all of the frame has left.
bool FrameWire::send_some(Outgoing& front) {
    const std::size_t size = front.head.size() + front.payload.size();
    while (front.sent < size) {
        const std::size_t of_head = std::min(front.sent, front.head.size());
        const std::size_t of_payload = front.sent - of_head;
        std::array<iovec, 2> parts{
            iovec{front.head.data() + of_head, front.head.size() - of_head},
            iovec{front.payload.data() + of_payload, front.payload.size() - of_payload}};
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const ssize_t sent = ::sendmsg(socket_->stream.native_handle(), &message, MSG_NOSIGNAL);
        if (sent >= 0) {
            front.sent += static_cast<std::size_t>(sent);
        } else if (errno == EAGAIN) {
            return false;
        } else if (errno != EINTR) {
            return true;  // the guest has gone, or is about to: its cell tells why
        }
    }
    return true;
}

Task<> FrameWire::send_rest() {
    while (!outgoing_.empty()) {
        boost::system::error_code ended;
        co_await socket_->stream.async_wait(
            asio::local::stream_protocol::socket::wait_write,
            asio::redirect_error(asio::use_awaitable, ended)
        );
        if (ended) {
            co_return;
        }
        send_what_fits();
    }
    sending_ = false;
}

}  // namespace lambent::runtime
