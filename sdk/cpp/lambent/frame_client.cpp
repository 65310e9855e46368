#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <lambent/frame_client.h>

namespace lambent {
namespace {

constexpr std::size_t kHead = 32;
constexpr std::size_t kAnswerMax = 6 * 1024 * 1024 + 100;  // of a longer one only the fact is told
constexpr std::size_t kTypeMax = 256;
constexpr unsigned kEvent = 2;
constexpr unsigned kOpened = 16;
constexpr unsigned kNext = 17;
constexpr unsigned kResponse = 19;
constexpr unsigned kError = 20;

std::uint64_t number(const std::string& bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) {
        value = (value << 8) | static_cast<unsigned char>(bytes[at + i - 1]);
    }
    return value;
}

void put(std::string& bytes, std::size_t at, std::size_t size, std::uint64_t value) {
    for (std::size_t i = 0; i < size; ++i) {
        bytes[at + i] = static_cast<char>(value & 0xFF);
        value >>= 8;
    }
}

std::string head(unsigned type, std::size_t text, std::size_t payload, std::uint64_t event) {
    std::string bytes(kHead, '\0');
    put(bytes, 0, 4, text);
    put(bytes, 4, 4, payload);
    put(bytes, 8, 1, type);
    put(bytes, 16, 8, event);
    return bytes;
}

iovec iovec_of(std::string& bytes) {
    return iovec{bytes.data(), bytes.size()};
}

// The next of the strings that end with a zero byte.
std::string take_text(std::string_view& text) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    std::string taken(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

}  // namespace

void FrameClient::connect() {
    ::fcntl(socket_, F_SETFD, FD_CLOEXEC);
}

Event FrameClient::next() {
    std::string nothing;
    send(head(kOpened, 0, 0, 0), nothing, head(kNext, 0, 0, 0));
    return receive_event();
}

Event FrameClient::answer(const std::string& /*request_id*/, const Answer& answer) {
    std::string body = answer.failed() ? error_document(answer) : answer.body();
    std::string type = answer.failed() ? answer.type() : std::string();
    body.resize(std::min(body.size(), kAnswerMax + 1));
    type.resize(std::min(type.size(), kTypeMax));
    const unsigned kind = answer.failed() ? kError : kResponse;
    std::string start = head(kind, type.size(), body.size(), event_);
    const std::chrono::microseconds taken =
        std::chrono::ceil<std::chrono::microseconds>(std::chrono::steady_clock::now() - arrived_);
    put(start, 24, 8, std::max<std::uint64_t>(static_cast<std::uint64_t>(taken.count()), 1));
    send(start + type, body, head(kNext, 0, 0, 0));
    return receive_event();
}

Event FrameClient::receive_event() {
    receive_more(kHead);
    const auto text_size = static_cast<std::size_t>(number(received_, 0, 4));
    const auto size = kHead + text_size + static_cast<std::size_t>(number(received_, 4, 4));
    if (number(received_, 8, 1) != kEvent) {
        throw std::runtime_error("a frame came that is no event");
    }
    receive_more(size);
    Event event;
    event_ = number(received_, 16, 8);
    event.deadline = std::chrono::system_clock::time_point(
        std::chrono::milliseconds(static_cast<std::int64_t>(number(received_, 24, 8)))
    );
    std::string_view text = std::string_view(received_).substr(kHead, text_size);
    event.request_id = take_text(text);
    event.function_arn = take_text(text);
    event.trace_id = take_text(text);
    event.client_context = take_text(text);
    event.payload = received_.substr(kHead + text_size, size - kHead - text_size);
    arrived_ = std::chrono::steady_clock::now();
    filled_ -= size;
    std::copy_n(received_.data() + size, filled_, received_.data());
    return event;
}

// Until at least `wanted` bytes are there.
void FrameClient::receive_more(std::size_t wanted) {
    constexpr std::size_t kPiece = 16 * 1024;
    if (received_.size() < std::max(wanted, kPiece)) {
        received_.resize(std::max(wanted, kPiece));
    }
    while (filled_ < wanted) {
        const ssize_t got =
            ::recv(socket_, received_.data() + filled_, received_.size() - filled_, 0);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            throw RuntimeClient::ConnectionLost("the platform has closed the channel");
        }
        filled_ += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
}

void FrameClient::send(std::string head, std::string& body, std::string tail) {
    std::size_t size = head.size() + body.size() + tail.size();
    std::array<iovec, 3> parts{iovec_of(head), iovec_of(body), iovec_of(tail)};
    while (size > 0) {
        msghdr message{};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            throw RuntimeClient::ConnectionLost("the platform has closed the channel");
        }
        auto gone = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
        size -= gone;
        for (iovec& part : parts) {
            const std::size_t of_part = std::min(gone, part.iov_len);
            part.iov_base = static_cast<char*>(part.iov_base) + of_part;
            part.iov_len -= of_part;
            gone -= of_part;
        }
    }
}

}  // namespace lambent
