// The floor under any FaaS: a minimal epoll server that answers POSTs with what a second process
// makes of the body, and nothing else. No routes, no signature, no sandbox, no record.
//   epoll_floor seqpacket|pipe|none|each [PROCESSES]
// seqpacket: one packet each way for each call. pipe: one write for each call, one read for as many
// answers as have come. none: answered here, without a second process. each: so many processes (64)
// with a SEQPACKET each, which have one call at a time, as Lambda's environments do: the latest
// that became free gets the next, and calls wait when there is none. Prints its port.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t kPacketMax = 4096;
constexpr int kEventsMax = 256;

// Goes before each body, there and back. `call` is the connection's descriptor.
struct Head {
    std::uint32_t size = 0;
    std::int32_t call = 0;
};

struct Connection {
    std::string in;
};

std::string echo(std::string_view body) {
    return "{\"echo\":" + std::string(body) + "}";
}

std::string packed(int call, std::string_view body) {
    const Head head{static_cast<std::uint32_t>(body.size()), call};
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof(head));
    return bytes.append(body);
}

// Takes one whole message off the front of `bytes`.
bool unpack(std::string_view& bytes, int& call, std::string_view& body) {
    Head head;
    if (bytes.size() < sizeof(head)) {
        return false;
    }
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (bytes.size() < sizeof(head) + head.size) {
        return false;
    }
    call = head.call;
    body = bytes.substr(sizeof(head), head.size);
    bytes.remove_prefix(sizeof(head) + head.size);
    return true;
}

// The second process. Blocking: one message at a time, unless a pipe brings several.
[[noreturn]] void serve_as_worker(int in, int out) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::string pending;
    char buffer[kPacketMax];
    for (;;) {
        const ssize_t got = ::read(in, buffer, sizeof(buffer));
        if (got <= 0) {
            ::_exit(0);
        }
        pending.append(buffer, static_cast<std::size_t>(got));
        std::string_view left = pending;
        int call = 0;
        std::string_view body;
        while (unpack(left, call, body)) {
            const std::string answer = packed(call, echo(body));
            if (::write(out, answer.data(), answer.size()) < 0) {
                ::_exit(0);
            }
        }
        pending.erase(0, pending.size() - left.size());
    }
}

// Length of the first whole request in `text` and its body; 0 while it is incomplete.
std::size_t parse(std::string_view text, std::string_view& body) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    constexpr std::string_view kLength = "content-length:";
    const std::size_t end = text.find(kEnd);
    if (end == std::string_view::npos) {
        return 0;
    }
    std::size_t length = 0;
    for (std::size_t at = text.find("\r\n"); at < end; at = text.find("\r\n", at + 2)) {
        if (::strncasecmp(text.data() + at + 2, kLength.data(), kLength.size()) == 0) {
            length = std::strtoul(text.data() + at + 2 + kLength.size(), nullptr, 10);
        }
    }
    const std::size_t whole = end + kEnd.size() + length;
    if (text.size() < whole) {
        return 0;
    }
    body = text.substr(end + kEnd.size(), length);
    return whole;
}

class Server {
  public:
    Server(int to, int from, std::vector<int> each)
        : to_(to), from_(from), free_(std::move(each)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
        ::listen(listener_, SOMAXCONN);
        watch(listener_);
        if (from_ >= 0) {
            ::fcntl(from_, F_SETFL, O_NONBLOCK);
            watch(from_);
        }
        for (const int worker : free_) {
            ::fcntl(worker, F_SETFL, O_NONBLOCK);
            workers_.insert(worker);
            watch(worker);
        }
    }

    unsigned port() const {
        sockaddr_in address{};
        socklen_t size = sizeof(address);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

    [[noreturn]] void run() {
        epoll_event events[kEventsMax];
        for (;;) {
            const int count = ::epoll_wait(epoll_, events, kEventsMax, -1);
            for (int at = 0; at < count; ++at) {
                const int fd = events[at].data.fd;
                if (fd == listener_) {
                    accept();
                } else if (fd == from_) {
                    read_answers();
                } else if (workers_.count(fd) != 0) {
                    read_answer_of(fd);
                } else {
                    read_request(fd);
                }
            }
        }
    }

  private:
    void watch(int fd) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }
    void accept() {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            return;
        }
        const int one = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        connections_[fd] = std::make_unique<Connection>();
        watch(fd);
    }
    void read_request(int fd) {
        Connection& connection = *connections_[fd];
        char buffer[kPacketMax];
        const ssize_t got = ::read(fd, buffer, sizeof(buffer));
        if (got <= 0) {
            connections_.erase(fd);
            ::close(fd);
            return;
        }
        connection.in.append(buffer, static_cast<std::size_t>(got));
        std::string_view body;
        const std::size_t whole = parse(connection.in, body);
        if (whole == 0) {
            return;
        }
        if (!workers_.empty()) {
            waiting_.push_back(packed(fd, body));
            serve_waiting();
        } else if (to_ < 0) {
            answer(fd, echo(body));
        } else {
            send_to(to_, packed(fd, body));
        }
        connection.in.erase(0, whole);
    }
    static void send_to(int worker, const std::string& message) {
        if (::write(worker, message.data(), message.size()) < 0) {
            std::exit(1);
        }
    }
    void serve_waiting() {
        while (!waiting_.empty() && !free_.empty()) {
            send_to(free_.back(), waiting_.front());
            free_.pop_back();
            waiting_.pop_front();
        }
    }
    void read_answer_of(int worker) {
        char buffer[kPacketMax];
        const ssize_t got = ::read(worker, buffer, sizeof(buffer));
        std::string_view left(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
        int call = 0;
        std::string_view body;
        if (unpack(left, call, body)) {
            answer(call, body);
            free_.push_back(worker);
            serve_waiting();
        }
    }
    void read_answers() {
        char buffer[kPacketMax];
        for (ssize_t got = 0; (got = ::read(from_, buffer, sizeof(buffer))) > 0;) {
            answers_.append(buffer, static_cast<std::size_t>(got));
            std::string_view left = answers_;
            int call = 0;
            std::string_view body;
            while (unpack(left, call, body)) {
                answer(call, body);
            }
            answers_.erase(0, answers_.size() - left.size());
        }
    }
    void answer(int fd, std::string_view body) {
        if (connections_.count(fd) == 0) {
            return;  // it hung up meanwhile
        }
        std::string text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
        text += std::to_string(body.size());
        text += "\r\n\r\n";
        text += body;
        [[maybe_unused]] const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    }

    int to_;
    int from_;
    std::vector<int> free_;  // of the processes that have one call at a time
    std::set<int> workers_;  // all of them
    std::deque<std::string> waiting_;
    int epoll_;
    int listener_ = -1;
    std::map<int, std::unique_ptr<Connection>> connections_;
    std::string answers_;
};

// A process of its own, which has one call at a time; the socket to it.
int start_worker() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) {
        std::exit(1);
    }
    if (::fork() == 0) {
        ::close(ends[1]);
        serve_as_worker(ends[0], ends[0]);
    }
    ::close(ends[0]);
    return ends[1];
}

}  // namespace

int main(int argc, char** argv) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const std::string_view kind = argc > 1 ? argv[1] : "seqpacket";
    int asked[2] = {-1, -1};     // reading end, writing end
    int answered[2] = {-1, -1};  // the same
    std::vector<int> each;
    if (kind == "seqpacket") {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) {
            return 1;
        }
        asked[0] = answered[1] = ends[0];
        asked[1] = answered[0] = ends[1];
    } else if (kind == "pipe") {
        if (::pipe(asked) != 0 || ::pipe(answered) != 0) {
            return 1;
        }
    } else if (kind == "each") {
        for (int left = argc > 2 ? std::atoi(argv[2]) : 64; left > 0; --left) {
            each.push_back(start_worker());
        }
    } else if (kind != "none") {
        std::fprintf(stderr, "usage: epoll_floor seqpacket|pipe|none|each [PROCESSES]\n");
        return 2;
    }
    if (asked[1] >= 0 && ::fork() == 0) {
        ::close(asked[1]);
        if (answered[0] != asked[1]) {
            ::close(answered[0]);
        }
        serve_as_worker(asked[0], answered[1]);
    }
    Server server(asked[1], answered[0], std::move(each));
    std::printf("%u\n", server.port());
    std::fflush(stdout);
    server.run();
}
