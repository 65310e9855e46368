#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <lambent/runtime_client.h>

namespace lambent {
namespace {

constexpr char kPrefix[] = "/2018-06-01/runtime";
constexpr std::size_t kSmall = 64 * 1024;  // bodies that travel in one send with their head

// The value of a field in a reply's head, whatever the case of its name; empty when it is absent.
std::string field(const std::string& head, std::string_view name) {
    std::size_t line = head.find("\r\n");
    while (line != std::string::npos) {
        line += 2;
        const std::size_t end = std::min(head.find("\r\n", line), head.size());
        const std::size_t colon = head.find(':', line);
        if (colon < end && colon - line == name.size() &&
            strncasecmp(head.data() + line, name.data(), name.size()) == 0) {
            const std::size_t start = head.find_first_not_of(" \t", colon + 1);
            return start < end ? head.substr(start, end - start) : std::string();
        }
        line = head.find("\r\n", line);
    }
    return {};
}

Event event_of(RuntimeClient::Reply reply) {
    Event event;
    event.request_id = field(reply.head, "Lambda-Runtime-Aws-Request-Id");
    event.function_arn = field(reply.head, "Lambda-Runtime-Invoked-Function-Arn");
    event.trace_id = field(reply.head, "Lambda-Runtime-Trace-Id");
    event.client_context = field(reply.head, "Lambda-Runtime-Client-Context");
    event.cognito_identity = field(reply.head, "Lambda-Runtime-Cognito-Identity");
    const std::string deadline = field(reply.head, "Lambda-Runtime-Deadline-Ms");
    event.deadline = std::chrono::system_clock::time_point(
        std::chrono::milliseconds(std::strtoll(deadline.c_str(), nullptr, 10))
    );
    event.payload = std::move(reply.body);
    return event;
}

// One line, so that a type cannot add header fields.
std::string one_line(std::string text) {
    for (char& c : text) {
        c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return text;
}

}  // namespace

std::string error_document(const Answer& answer) {
    return "{\"errorMessage\":" + json_string(answer.body()) +
           ",\"errorType\":" + json_string(answer.type()) + ",\"stackTrace\":[]}";
}

RuntimeClient::RuntimeClient(std::string_view address) : address_(address) {
    const std::size_t colon = address.rfind(':');
    host_ = address.substr(0, colon);
    const char* port = colon == std::string_view::npos ? "80" : address_.c_str() + colon + 1;
    port_ = static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10));
    next_request_ = std::string("GET ") + kPrefix +
                    "/invocation/next HTTP/1.1\r\nHost: " + address_ + "\r\n\r\n";
}

RuntimeClient::~RuntimeClient() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

void RuntimeClient::connect() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
    received_.clear();
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port_);
    if (::inet_pton(AF_INET, host_.c_str(), &peer.sin_addr) != 1 ||
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
        throw ConnectionLost(
            "cannot reach the Runtime API at " + address_ + ": " + std::strerror(errno)
        );
    }
}

Event RuntimeClient::next() {
    try {
        send(next_request_);
        return receive_event();
    } catch (const ConnectionLost&) {
        connect();  // once: the platform may have closed an idle connection
        send(next_request_);
        return receive_event();
    }
}

Event RuntimeClient::answer(const std::string& request_id, const Answer& answer) {
    const std::string body = answer.failed() ? error_document(answer) : answer.body();
    std::string head = std::string("POST ") + kPrefix + "/invocation/" + request_id +
                       (answer.failed() ? "/error" : "/response") +
                       " HTTP/1.1\r\nHost: " + address_ + "\r\nContent-Type: ";
    head += answer.failed() ? "application/json" : one_line(answer.type());
    if (answer.failed()) {
        head += "\r\nLambda-Runtime-Function-Error-Type: " + one_line(answer.type());
    }
    head += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    try {
        if (body.size() <= kSmall) {
            send(head + body + next_request_);
        } else {
            send(head, MSG_MORE);
            send(body);
            send(next_request_);
        }
        receive_reply();  // a refused answer changes nothing here: the next event comes
        return receive_event();
    } catch (const ConnectionLost&) {
        connect();
        return next();
    }
}

Event RuntimeClient::receive_event() {
    Reply reply = receive_reply();
    if (reply.status != 200) {
        throw std::runtime_error("the Runtime API refused the next event: " + reply.body);
    }
    return event_of(std::move(reply));
}

RuntimeClient::Reply RuntimeClient::receive_reply() {
    std::size_t end = received_.find("\r\n\r\n");
    while (end == std::string::npos) {
        receive_more();
        end = received_.find("\r\n\r\n");
    }
    Reply reply;
    reply.head = received_.substr(0, end);
    reply.status = std::atoi(reply.head.c_str() + std::strlen("HTTP/1.1 "));
    const std::string length = field(reply.head, "Content-Length");
    const std::size_t size = std::strtoull(length.c_str(), nullptr, 10);
    received_.erase(0, end + 4);
    while (received_.size() < size) {
        receive_more();
    }
    if (received_.size() == size) {
        reply.body = std::exchange(received_, std::string());
    } else {
        reply.body = received_.substr(0, size);
        received_.erase(0, size);
    }
    return reply;
}

void RuntimeClient::send(std::string_view bytes, int flags) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | flags);
        if (sent < 0 && errno != EINTR) {
            throw ConnectionLost("the Runtime API closed the connection");
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    }
}

std::size_t RuntimeClient::receive_more() {
    constexpr std::size_t kPiece = 64 * 1024;
    const std::size_t had = received_.size();
    received_.resize(had + kPiece);
    ssize_t got = 0;
    do {
        got = ::recv(socket_, received_.data() + had, kPiece, 0);
    } while (got < 0 && errno == EINTR);
    received_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got <= 0) {
        throw ConnectionLost("the Runtime API closed the connection");
    }
    return static_cast<std::size_t>(got);
}

}  // namespace lambent
