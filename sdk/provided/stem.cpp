// The stem of provided.* functions: waits in its cell until it is told which function it is, then
// becomes that function's bootstrap. What it speaks is described in runtime/environment/frame.h.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kChannel = 3;
constexpr char kBootstrap[] = "/var/task/bootstrap";
constexpr unsigned char kConfigure = 1;
constexpr unsigned char kOpened = 16;
constexpr unsigned char kNext = 17;
constexpr unsigned char kInitError = 18;
constexpr unsigned char kResponse = 19;

struct Head {
    std::uint32_t text_bytes = 0;
    std::uint32_t payload_bytes = 0;
    unsigned char type = 0;
    unsigned char flags = 0;
    unsigned char zero[6] = {};
    std::uint64_t event = 0;
    std::int64_t deadline_ms = 0;
};
static_assert(sizeof(Head) == 32);

void say(const Head& head, const std::string& text = "", const std::string& payload = "") {
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    bytes += text + payload;
    if (::send(kChannel, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        ::_exit(1);
    }
}

void say(unsigned char type) {
    Head head;
    head.type = type;
    say(head);
}

void hear(char* to, std::size_t size) {
    while (size > 0) {
        const ssize_t got = ::recv(kChannel, to, size, 0);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            ::_exit(0);  // the platform has gone
        }
        if (got > 0) {
            to += got;
            size -= static_cast<std::size_t>(got);
        }
    }
}

// The payload of a frame that is not a rehearsal: the function's variables.
std::string hear_variables() {
    for (;;) {
        say(kNext);
        Head head;
        hear(reinterpret_cast<char*>(&head), sizeof head);
        std::string body(static_cast<std::size_t>(head.text_bytes) + head.payload_bytes, '\0');
        hear(body.data(), body.size());
        if (head.type == kConfigure) {
            return body;
        }
        Head answer;
        answer.type = kResponse;
        answer.event = head.event;
        answer.payload_bytes = 4;
        say(answer, "", "null");
    }
}

[[noreturn]] void become(std::string variables) {
    std::string channel = "LAMBENT_CHANNEL_FD=" + std::to_string(kChannel);
    std::vector<char*> environment{channel.data()};
    for (std::size_t at = 0; at < variables.size(); at += std::strlen(&variables[at]) + 1) {
        environment.push_back(&variables[at]);
    }
    environment.push_back(nullptr);
    std::string program = kBootstrap;
    char* const argv[] = {program.data(), nullptr};
    if (::chdir("/var/task") == 0) {
        ::execve(kBootstrap, argv, environment.data());
    }
    const std::string reason = std::strerror(errno);
    const std::string type = "Runtime.InvalidEntrypoint";
    Head head;
    head.type = kInitError;
    head.text_bytes = static_cast<std::uint32_t>(type.size());
    head.payload_bytes = static_cast<std::uint32_t>(reason.size());
    say(head, type, reason);
    std::_Exit(1);
}

}  // namespace

int main() {
    say(kOpened);
    become(hear_variables());
}
