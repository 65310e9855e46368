#include "base/http/timed_socket.h"
#include "base/http/tls_context.h"
#include "base/unique_fd.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls_files.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <openssl/ssl.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <exception>
#include <fstream>
#include <memory>
#include <string>

using namespace lambent;
using namespace lambent::http;
using lambent::tests::TempDir;
using lambent::tests::TlsFiles;

namespace {

using State = TlsSession::State;

struct FreeSsl {
    void operator()(SSL* session) const { SSL_free(session); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// A server's session and a client of OpenSSL's own at the two ends of a socket pair; whoever steps
// waits for nothing.
struct TlsPair {
    explicit TlsPair(int version_max = TLS1_3_VERSION, const std::string& protocols = "") {
        std::array<int, 2> ends{};
        REQUIRE(
            ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0
        );
        server_end = UniqueFd(ends[0]);
        client_end = UniqueFd(ends[1]);
        server = context->accept(server_end.get());
        SSL_CTX_set_security_level(client_context.get(), 0);  // the client would refuse by itself
        SSL_CTX_set_min_proto_version(client_context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(client_context.get(), version_max);
        client.reset(SSL_new(client_context.get()));
        if (!protocols.empty()) {
            SSL_set_alpn_protos(
                client.get(),
                reinterpret_cast<const unsigned char*>(protocols.data()),
                static_cast<unsigned int>(protocols.size())
            );
        }
        SSL_set_fd(client.get(), client_end.get());
        SSL_set_connect_state(client.get());
    }

    // Both sides by turns until the server has bytes, or an end of either kind.
    std::string pump(const std::string& sent, State& state) {
        std::size_t left = sent.size();
        for (int turn = 0; turn < 100; ++turn) {
            if (left > 0 && SSL_write(client.get(), sent.data() + sent.size() - left, 1) == 1) {
                --left;
            }
            std::array<char, 64> bytes{};
            const TlsSession::Step step = server->read(bytes.data(), bytes.size());
            state = step.state;
            if (step.state == State::kDone) {
                received.append(bytes.data(), step.bytes);
            }
            const bool is_over = state == State::kEnd || state == State::kBroken;
            if (is_over || (received.size() == sent.size() && left == 0)) {
                break;
            }
        }
        return received;
    }

    TempDir directory;
    TlsFiles files{directory.path()};
    std::shared_ptr<const TlsContext> context =
        TlsContext::load(files.certificate, files.key).value();
    std::unique_ptr<SSL_CTX, FreeSsl> client_context{SSL_CTX_new(TLS_client_method())};
    UniqueFd server_end;
    UniqueFd client_end;
    std::unique_ptr<TlsSession> server;
    std::unique_ptr<SSL, FreeSsl> client;
    std::string received;
};

constexpr int kBytesSent = 100;

// Reads byte by byte, and posts after the first what notes how many had been read when it ran.
struct GreedyReader {
    Task<> run() {
        char byte = 0;
        const boost::asio::mutable_buffer into(&byte, 1);
        while (read < kBytesSent) {
            const auto got = co_await socket.read_some(into, std::chrono::minutes(5));
            if (got.has_error()) {
                break;
            }
            if (++read == 1) {
                boost::asio::post(socket.executor(), [this] { read_before_others = read; });
            }
        }
        is_over = true;
    }

    TimedSocket socket;
    int read = 0;
    int read_before_others = 0;
    bool is_over = false;
};

std::string refusal_of(const std::string& certificate, const std::string& key) {
    const auto loaded = TlsContext::load(certificate, key);
    REQUIRE(loaded.has_error());
    CHECK(loaded.error().code() == Code::kInvalidArgument);
    return loaded.error().message();
}

}  // namespace

TEST_CASE("A TLS session passes bytes both ways", "[base][TlsSession]") {
    TlsPair pair(GENERATE(TLS1_2_VERSION, TLS1_3_VERSION));
    State state = State::kBroken;
    CHECK(pair.pump("hello", state) == "hello");
    REQUIRE(pair.server->write("world").bytes == 5);
    std::array<char, 16> bytes{};
    CHECK(SSL_read(pair.client.get(), bytes.data(), bytes.size()) == 5);
    CHECK(std::string(bytes.data(), 5) == "world");
    CHECK(pair.server->read(bytes.data(), bytes.size()).state == State::kWaitsRead);
    pair.server->finish();
    CHECK(SSL_read(pair.client.get(), bytes.data(), bytes.size()) == 0);
    CHECK(SSL_get_shutdown(pair.client.get()) == SSL_RECEIVED_SHUTDOWN);
}

TEST_CASE("A TLS session ends when its client says so", "[base][TlsSession]") {
    TlsPair pair;
    State state = State::kBroken;
    pair.pump("x", state);
    SSL_shutdown(pair.client.get());
    char byte = 0;
    CHECK(pair.server->read(&byte, 1).state == State::kEnd);
}

TEST_CASE("A TLS session that is cut is broken, and no end", "[base][TlsSession]") {
    TlsPair pair;
    State state = State::kBroken;
    pair.pump("x", state);
    pair.client_end.reset();
    char byte = 0;
    CHECK(pair.server->read(&byte, 1).state == State::kBroken);
    CHECK(pair.server->write("y").state == State::kBroken);  // and the process lives
}

TEST_CASE("TLS older than 1.2 is refused", "[base][TlsSession]") {
    TlsPair pair(TLS1_1_VERSION);
    State state = State::kDone;
    CHECK(pair.pump("x", state).empty());
    CHECK(state == State::kBroken);
}

TEST_CASE("TLS agrees on HTTP/1.1 or on nothing", "[base][TlsSession]") {
    State state = State::kDone;
    TlsPair both(TLS1_3_VERSION, std::string("\x02h2\x08http/1.1", 12));
    CHECK(both.pump("x", state) == "x");
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(both.client.get(), &chosen, &size);
    CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
    TlsPair other(TLS1_3_VERSION, std::string("\x02h2", 3));
    CHECK(other.pump("x", state).empty());
    CHECK(state == State::kBroken);
}

TEST_CASE("Plain bytes are seen for what they are and left unread", "[base][TlsSession]") {
    TlsPair pair;
    char byte = 0;
    CHECK(pair.server->read(&byte, 1).state == State::kWaitsRead);
    REQUIRE(::write(pair.client_end.get(), "GET", 3) == 3);
    CHECK(pair.server->read(&byte, 1).state == State::kPlain);
    CHECK(::recv(pair.server_end.get(), &byte, 1, MSG_PEEK) == 1);
    CHECK(byte == 'G');
}

TEST_CASE("A client that has sent much lets others have their turn", "[base][TimedSocket]") {
    TlsPair pair;
    boost::asio::io_context loop;
    GreedyReader reader{
        TimedSocket(loop.get_executor(), std::move(pair.server_end), std::move(pair.server))};
    boost::asio::co_spawn(loop, reader.run(), [](const std::exception_ptr&) {});
    const std::string bytes(kBytesSent, 'x');
    bool is_sent = false;
    for (int turn = 0; turn < 1000 && !reader.is_over; ++turn) {
        is_sent = is_sent || SSL_write(pair.client.get(), bytes.data(), kBytesSent) == kBytesSent;
        loop.restart();
        loop.poll();
    }
    CHECK(reader.read == kBytesSent);
    CHECK(reader.read_before_others >= 1);
    CHECK(reader.read_before_others <= 16);
}

TEST_CASE("A read of TLS meets a key update and goes on", "[base][TlsSession]") {
    TlsPair pair;
    State state = State::kBroken;
    pair.pump("x", state);
    REQUIRE(SSL_key_update(pair.client.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1);
    REQUIRE(SSL_write(pair.client.get(), "y", 1) == 1);
    char byte = 0;
    CHECK(pair.server->read(&byte, 1).state == State::kWaitsRead);
    CHECK(pair.server->read(&byte, 1).state == State::kDone);
    CHECK(byte == 'y');
}

TEST_CASE("A certificate says for which names it is", "[base][TlsContext]") {
    TempDir directory;
    const TlsFiles files(directory.path());
    const auto context = TlsContext::load(files.certificate, files.key).value();
    CHECK(context->names() == std::vector<std::string>{"localhost", "*.example.test", "127.0.0.1"});
}

TEST_CASE("TLS files that cannot be used are named", "[base][TlsContext]") {
    TempDir directory;
    const TlsFiles files(directory.path());
    const TlsFiles others(directory.path(), "other");
    const std::string none = directory.file("none");
    const std::string text = directory.file("text");
    std::ofstream(text) << "no PEM";
    std::ofstream(directory.file("empty")).flush();
    CHECK(refusal_of(none, files.key).find("cannot read the certificate " + none) == 0);
    CHECK(refusal_of(files.certificate, none).find("cannot read the key " + none) == 0);
    CHECK(refusal_of(text, files.key).find(text + " holds no certificate") == 0);
    CHECK(refusal_of(files.certificate, text).find(text + " holds no private key") == 0);
    CHECK(
        refusal_of(files.certificate, files.encrypted_key()).find("password") != std::string::npos
    );
    CHECK(
        refusal_of(files.certificate, directory.file("empty")).find("empty") != std::string::npos
    );
    CHECK(
        refusal_of(files.certificate, others.key).find("does not belong to") != std::string::npos
    );
}
