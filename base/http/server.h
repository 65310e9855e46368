#pragma once

#include "base/async/task.h"
#include "base/http/message.h"
#include "base/logger.h"
#include "base/unique_fd.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace lambent::http {

class TlsContext;

struct ServerConfig {
    std::uint32_t head_bytes_max = 64 * 1024;  // request line and fields
    std::uint32_t line_bytes_max = 8 * 1024;   // request line, or one field
    std::uint32_t fields_max = 100;
    std::chrono::milliseconds head_timeout = std::chrono::seconds(10);   // of one whole head
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);  // between two requests
    // Without a byte of body sent, or of answer taken.
    std::chrono::milliseconds body_timeout = std::chrono::seconds(30);
    std::uint32_t connections_max = 10'000;
};

// HTTP/1.1 on any number of listening sockets, with or without TLS, all on one event loop. Knows
// framing, timeouts, keep-alive, pipelining in order and "Expect"; knows nothing of what the
// requests mean. At its limit of connections it closes those that have been idle for longest, so
// that who does nothing keeps nobody out. Malformed HTTP is answered with 400 (414, 431) and the
// connection closed; a
// handler that throws becomes 500. HEAD answers carry the length of the body and not the body.
// Owned by who serves, who awaits stop() before it goes. Event loop's thread only.
class Server {
  public:
    Server(
        boost::asio::any_io_executor executor, ServerConfig config, Handler& handler, Logger log
    );
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Accepts on a listening socket (made by anybody, in any network namespace) until stop.
    void accept_on(
        UniqueFd listener, std::string entrance, std::shared_ptr<const TlsContext> tls = nullptr
    );
    // The same until the door is dropped, which closes the listener and cuts its connections;
    // handlers that run end by themselves. May outlive the server.
    class Door {
      public:
        virtual ~Door() = default;
    };
    [[nodiscard]] std::unique_ptr<Door> open_door(UniqueFd listener, std::string entrance);
    // Accepts no more, lets requests that run end until `drain` has passed, then cuts.
    Task<> stop(std::chrono::milliseconds drain);
    std::size_t connections() const;

  private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the connections' flows
};

// A listening TCP socket on `address` ("127.0.0.1", "::1") and `port` (0: any free one).
Result<UniqueFd> listen_tcp(const std::string& address, std::uint16_t port);
// The port a listening socket is bound to.
Result<std::uint16_t> bound_port(const UniqueFd& listener);

}  // namespace lambent::http
