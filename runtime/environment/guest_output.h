#pragma once

#include "base/async/task.h"
#include "base/unique_fd.h"
#include "runtime/environment/line_splitter.h"
#include "runtime/logs/log_store.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>

namespace lambent::runtime {

// Reads what a cell writes to stdout and stderr into its log stream. Reads a bounded amount at a
// time and nothing ahead, so a guest that writes faster than lines can be kept waits in its own
// write. Owned by an environment; event loop's thread only.
class GuestOutput {
  public:
    // `pipe`: the non-blocking read end.
    GuestOutput(boost::asio::any_io_executor executor, UniqueFd pipe, LogStream& log);
    ~GuestOutput();
    GuestOutput(const GuestOutput&) = delete;
    GuestOutput& operator=(const GuestOutput&) = delete;

    // Until the last writer has closed the pipe.
    Task<> read_all();
    // Takes what is in the pipe at this moment and ends an unfinished line. Does not wait.
    void drain();

  private:
    std::size_t read_some(std::size_t bytes_max);

    struct Pipe;
    std::unique_ptr<Pipe> pipe_;
    LineSplitter lines_;
    bool ended_ = false;
};

}  // namespace lambent::runtime
