#pragma once

#include "base/async/task.h"
#include "base/http/tls_context.h"
#include "base/result.h"
#include "base/unique_fd.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>
#include <string>

namespace lambent::http {

struct Accepted {
    UniqueFd connection;
    std::string peer;
};

// A listening socket that is waited for on the event loop. What it accepts is non-blocking, closed
// on exec and sends without delay.
class Listener {
  public:
    Listener(
        const boost::asio::any_io_executor& executor,
        UniqueFd socket,
        std::string entrance,
        std::shared_ptr<const TlsContext> tls = nullptr
    );

    // The next connection; kUnavailable when the process or machine has no room for one now,
    // kNotFound once closed.
    Task<Result<Accepted>> accept();
    void close();
    bool is_closed() const { return is_closed_; }
    const std::string& entrance() const { return entrance_; }
    const TlsContext* tls() const { return tls_.get(); }  // null: plain

  private:
    std::optional<Result<Accepted>> accept_now();

    boost::asio::posix::stream_descriptor socket_;
    std::string entrance_;
    std::shared_ptr<const TlsContext> tls_;  // shared with who made it
    bool is_closed_ = false;
};

}  // namespace lambent::http
