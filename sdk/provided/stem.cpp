// The stem in an empty cell: waits until it is told which function it is, then becomes that
// function's bootstrap, or the program of its runtime. What it speaks is described in
// runtime/environment/frame.h.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "bootstrap.h"

namespace {

constexpr int kChannel = 3;
constexpr char kBootstrap[] = "/var/task/bootstrap";
constexpr char kRehearsed[] = "/rehearsed";  // beside the stem
constexpr int kRehearsals = 3;
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

// What it is to become: zero-ended words.
struct Configuration {
    std::string program;  // with its arguments; empty for the function's own bootstrap
    std::string variables;
};

// The first frame that is not a rehearsal.
Configuration hear_configuration() {
    for (;;) {
        say(kNext);
        Head head;
        hear(reinterpret_cast<char*>(&head), sizeof head);
        std::string body(static_cast<std::size_t>(head.text_bytes) + head.payload_bytes, '\0');
        hear(body.data(), body.size());
        if (head.type == kConfigure) {
            return {body.substr(0, head.text_bytes), body.substr(head.text_bytes)};
        }
        Head answer;
        answer.type = kResponse;
        answer.event = head.event;
        answer.payload_bytes = 4;
        say(answer, "", "null");
    }
}

std::vector<char*> words_of(std::string& text) {
    std::vector<char*> words;
    for (std::size_t at = 0; at < text.size(); at += std::strlen(&text[at]) + 1) {
        words.push_back(&text[at]);
    }
    words.push_back(nullptr);
    return words;
}

// Returns only when it cannot, with errno's number.
int try_become(Configuration what) {
    what.variables += "LAMBENT_CHANNEL_FD=" + std::to_string(kChannel) + '\0';
    std::vector<char*> variables = words_of(what.variables);
    if (::chdir("/var/task") != 0) {
        return errno;
    }
    if (what.program.empty()) {
        return lambent::provided::become(kBootstrap, variables.data());
    }
    const std::vector<char*> argv = words_of(what.program);
    ::execve(argv.front(), argv.data(), variables.data());
    return errno;
}

[[noreturn]] void become(Configuration what) {
    const std::string reason = std::strerror(try_become(std::move(what)));
    const std::string type = "Runtime.InvalidEntrypoint";
    Head head;
    head.type = kInitError;
    head.text_bytes = static_cast<std::uint32_t>(type.size());
    head.payload_bytes = static_cast<std::uint32_t>(reason.size());
    say(head, type, reason);
    std::_Exit(1);
}

}  // namespace

int main(int /*argc*/, char** argv) {
    say(kOpened);
    const std::string own = argv[0];
    const std::string rehearsed = own.substr(0, own.rfind('/')) + kRehearsed;
    for (int i = 0; i < kRehearsals; ++i) {
        lambent::provided::rehearse(rehearsed);
    }
    become(hear_configuration());
}
