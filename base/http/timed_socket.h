#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/http/tls_session.h"
#include "base/result.h"
#include "base/unique_fd.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string_view>

namespace lambent::http {

// Counts how long a peer has been waited for, against what came of it: a peer that sends or takes a
// byte now and then is given no more time than one that does nothing.
class SlownessBudget {
  public:
    using Patience = std::chrono::milliseconds;
    explicit SlownessBudget(Patience patience) : patience_(patience), left_(patience) {}

    // How long to wait next.
    Patience next() const { return std::min(patience_, left_); }
    void spent(SteadyTime::duration waited, std::size_t bytes);

  private:
    Patience patience_;
    Patience left_;
};

// A connected socket whose waits have deadlines without a timer each: the server sweeps over all
// sockets a few times per timeout and calls expire. With a TLS session, bytes pass through it; all
// else is the same. Owned by its connection.
class TimedSocket {
  public:
    using Patience = std::chrono::milliseconds;
    using Parts = std::array<boost::asio::const_buffer, 2>;

    TimedSocket(
        const boost::asio::any_io_executor& executor,
        UniqueFd connected,
        std::unique_ptr<TlsSession> tls = nullptr
    );

    // What has come, at least one byte; 0 at the orderly end. kDeadline when nothing came in time,
    // kUnavailable when the connection broke or was interrupted. kInvalidArgument when the peer
    // does not speak the TLS that it should: what is written then reaches it as it is.
    Task<Result<std::size_t>> read_some(boost::asio::mutable_buffer into, Patience patience);
    // Writes what the socket takes at once, which is nearly always everything, and leaves the rest
    // in `parts`; false when the connection broke.
    bool write_now(Parts& parts);
    // All of both parts; kDeadline when the peer takes nothing for so long, or next to nothing.
    Task<Result<void>> write(Parts parts, Patience patience);

    void expire(SteadyTime now);
    // When the wait under way ends at the latest; the end of time when there is none.
    SteadyTime deadline() const { return deadline_; }
    // Ends the wait that is under way, if any.
    void interrupt();
    void shutdown_writing();
    void shutdown();
    boost::asio::any_io_executor executor() { return socket_.get_executor(); }

  private:
    Task<Result<std::size_t>> read_tls(boost::asio::mutable_buffer into, Patience patience);
    std::size_t write_tls(const Parts& parts, boost::system::error_code& failure);
    bool take_written(Parts& parts, boost::system::error_code& failure);
    void start_wait(Patience patience);
    Error end_wait(const boost::system::error_code& failure);

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<TlsSession> tls_;          // null: plain; goes before the socket
    SteadyTime deadline_ = SteadyTime::max();  // of the wait under way
    bool timed_out_ = false;
    int reads_in_a_row_ = 0;  // of TLS, since the last wait
};

}  // namespace lambent::http
