#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "base/unique_fd.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

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
    Listener(const boost::asio::any_io_executor& executor, UniqueFd socket, std::string entrance);

    // The next connection; kUnavailable when the process or machine has no room for one now,
    // kNotFound once closed.
    Task<Result<Accepted>> accept();
    void close();
    bool is_closed() const { return is_closed_; }
    const std::string& entrance() const { return entrance_; }

  private:
    std::optional<Result<Accepted>> accept_now();

    boost::asio::posix::stream_descriptor socket_;
    std::string entrance_;
    bool is_closed_ = false;
};

}  // namespace lambent::http
