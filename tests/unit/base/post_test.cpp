#include "base/fetch/post.h"

#include "base/fetch/fetch.h"
#include "base/fetch/public_address.h"
#include "base/unique_fd.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>

using namespace lambent;

namespace {

bool is_public(const std::string& text) {
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        storage.ss_family = AF_INET;
    } else {
        REQUIRE(::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1);
        storage.ss_family = AF_INET6;
    }
    return is_public_address(reinterpret_cast<const sockaddr&>(storage));
}

// A web server of one connection, which does with it what the test says, in a thread.
class Listener {
  public:
    explicit Listener(std::function<void(int connection)> serve)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(here);
        auto* const address = reinterpret_cast<sockaddr*>(&here);
        REQUIRE(::bind(socket_.get(), address, size) == 0);
        REQUIRE(::listen(socket_.get(), 1) == 0);
        REQUIRE(::getsockname(socket_.get(), address, &size) == 0);
        what.url = "http://127.0.0.1:" + std::to_string(ntohs(here.sin_port)) + "/";
        what.reach = Reach::kAny;
        thread_ = std::thread([this, serve = std::move(serve)] {
            const UniqueFd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            serve(connection.get());
        });
    }
    ~Listener() { thread_.join(); }

    HttpPost what;  // to it

  private:
    UniqueFd socket_;
    std::thread thread_;
};

// Whether the other side still takes it.
bool say(int connection, const std::string& text) {
    return ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) > 0;
}

// Up to the end of what the other side sends.
void drain(int connection) {
    char piece[1024];
    while (::recv(connection, piece, sizeof(piece), 0) > 0) {
    }
}

}  // namespace

TEST_CASE("Addresses of the internet are public", "[base][post]") {
    const auto address = GENERATE(
        as<std::string>{},
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00::1",
        "64:ff9b::101:101",
        "2002:101:101::1",
        "::ffff:1.1.1.1"
    );
    INFO(address);
    CHECK(is_public(address));
}

TEST_CASE("Addresses of this machine and of private networks are not public", "[base][post]") {
    const auto address = GENERATE(
        as<std::string>{},
        "0.0.0.0",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:c0a8:1::1",
        "3fff::1",
        "4000::1"
    );
    INFO(address);
    CHECK_FALSE(is_public(address));
}

TEST_CASE("post connects to no address that is out of reach", "[base][post]") {
    HttpPost what;
    what.url = GENERATE(
        as<std::string>{},
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://0x7f000001:9/",
        "http://127.1:9/"
    );
    INFO(what.url);
    const auto refused = post(what);
    CHECK(refused.error().code() == Code::kUnauthorised);
    // Nobody listens there, which shows only when it is in reach.
    what.reach = Reach::kAny;
    CHECK(post(what).error().code() == Code::kUnavailable);
}

TEST_CASE("post takes only what is an address of the web and one line a header", "[base][post]") {
    HttpPost what;
    what.reach = Reach::kAny;
    for (const char* url : {"file:///etc/passwd", "gopher://127.0.0.1:9/", "ftp://127.0.0.1:9/"}) {
        what.url = url;
        CHECK(post(what).error().code() == Code::kInvalidArgument);
    }
    what.url = "http://127.0.0.1:9/";
    what.headers = {{"a", "b\r\nc: d"}};
    CHECK(post(what).error().code() == Code::kInvalidArgument);
}

TEST_CASE("post returns the status of an answer that does not end well", "[base][post]") {
    Listener hasty([](int connection) {
        say(connection, "HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nx");
        ::shutdown(connection, SHUT_WR);
        drain(connection);
    });
    CHECK(post(hasty.what).value() == 202);
}

TEST_CASE("post does not read on when an answer is long", "[base][post]") {
    Listener endless([](int connection) {
        const std::string more(16'384, 'x');
        bool is_heard = say(connection, "HTTP/1.1 200 OK\r\n\r\n");
        while (is_heard) {
            is_heard = say(connection, more);
        }
    });
    endless.what.time_max = std::chrono::minutes(4);
    const auto began = std::chrono::steady_clock::now();
    CHECK(post(endless.what).value() == 200);
    CHECK(std::chrono::steady_clock::now() - began < endless.what.time_max / 2);
}

TEST_CASE("post takes no answer before the answer for one", "[base][post]") {
    Listener early([](int connection) {
        say(connection, "HTTP/1.1 103 Early Hints\r\n\r\n");
        ::shutdown(connection, SHUT_WR);
        drain(connection);
    });
    CHECK(post(early.what).error().code() == Code::kUnavailable);
}

TEST_CASE("post ends when it is cut, whatever it waits for", "[base][post]") {
    std::atomic<bool> is_cut = false;
    Listener silent([&](int connection) {
        is_cut = true;
        drain(connection);
    });
    silent.what.is_cut = &is_cut;
    silent.what.time_max = std::chrono::minutes(4);
    const auto began = std::chrono::steady_clock::now();
    CHECK(post(silent.what).error().code() == Code::kUnavailable);
    CHECK(std::chrono::steady_clock::now() - began < silent.what.time_max / 2);
}

TEST_CASE("fetch connects to no address that is out of reach", "[base][fetch]") {
    const auto url = GENERATE(
        as<std::string>{},
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://0x7f000001:9/",
        "http://127.1:9/"
    );
    INFO(url);
    FetchLimits limits;
    limits.time_max = std::chrono::minutes(4);
    const Result<std::string> refused = fetch(url, limits);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code() == Code::kUnauthorised);
    CHECK(refused.error().subject() == "address");
    // Nobody listens there, which shows only when it is in reach.
    limits.reach = Reach::kAny;
    CHECK(fetch(url, limits).error().code() == Code::kUnavailable);
}

TEST_CASE("fetch follows no redirect", "[base][fetch]") {
    std::atomic<int> asked = 0;
    const auto count = [&](int connection) {
        ++asked;
        say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        ::shutdown(connection, SHUT_WR);
        drain(connection);
    };
    FetchLimits limits;
    limits.reach = Reach::kAny;
    limits.time_max = std::chrono::minutes(4);
    Listener elsewhere(count);
    {
        Listener issuer([&](int connection) {
            say(connection,
                "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + elsewhere.what.url +
                    "\r\n\r\n");
            ::shutdown(connection, SHUT_WR);
            drain(connection);
        });
        CHECK(fetch(issuer.what.url, limits).error().code() == Code::kUnavailable);
    }
    REQUIRE(asked == 0);
    CHECK(fetch(elsewhere.what.url, limits).value() == "x");  // who waits there goes home
}
