#pragma once

#include "base/http/file_reader.h"
#include "base/http/head_parser.h"
#include "base/http/request_body.h"
#include "base/http/response_head.h"
#include "base/http/server.h"
#include "base/http/timed_socket.h"

#include <boost/beast/core/flat_buffer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace lambent::http {

// What connections borrow from their server; it outlives them.
struct Surroundings {
    const ServerConfig& config;
    Handler& handler;
    const Logger& log;
    FileReader& files;
};

// Where a connection came from, copied into each of its requests.
struct Origin {
    std::string peer;
    std::string entrance;
    bool is_secure = false;
};

// One client: reads a head, runs the handler, writes the answer, and again, in order, until either
// side has had enough. Lives in the flow that runs it.
class Connection {
  public:
    Connection(
        const boost::asio::any_io_executor& executor,
        Surroundings around,
        UniqueFd connected,
        std::unique_ptr<TlsSession> tls,
        Origin origin
    );

    Task<> run();
    void expire(SteadyTime now) { socket_.expire(now); }
    // When it will have been idle for too long; the end of time when it is not idle.
    SteadyTime idle_until() const;
    // Ends after the request that runs, or at once when none does.
    void finish();
    // Ends now, as far as the client can see.
    void cut();

  private:
    enum class Next { kServe, kEnd, kLinger };

    Task<Next> await_head();
    Task<Next> serve();
    Task<Response> ask_handler(RequestBody& body);
    Task<Next> refuse(Malformed why);
    Task<Next> silence(Error why);
    Task<bool> answer(const Response& response, const AnswerContext& context);
    TimedSocket::Parts render(const Response& response, const AnswerContext& context);
    Task<bool> send(TimedSocket::Parts parts);
    Task<bool> send_file(const FileBody& file);
    Task<bool> send_stream(const StreamBody& stream, const AnswerContext& context);
    Task<> linger();
    Parsed<std::optional<std::size_t>> scan_buffer();
    TimedSocket::Patience head_patience();
    AnswerContext plan(const Response& response, const Framing& framing, const RequestBody& body)
        const;

    Surroundings around_;
    TimedSocket socket_;
    Origin origin_;
    boost::beast::flat_buffer buffer_;
    HeadScanner scanner_;
    SteadyTime head_deadline_ = SteadyTime::max();
    std::size_t head_bytes_ = 0;  // of the head that await_head found at the buffer's front
    ParsedHead request_;
    std::string out_;                  // the head of the answer, kept for its capacity
    std::size_t served_in_a_row_ = 0;  // without a wait in between
    bool is_idle_ = true;
    bool is_finishing_ = false;
};

}  // namespace lambent::http
