#include "runtime/environment/guest_output.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace lambent::runtime {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;  // a pipe's usual capacity

}  // namespace

struct GuestOutput::Pipe {
    boost::asio::posix::stream_descriptor descriptor;
};

GuestOutput::GuestOutput(boost::asio::any_io_executor executor, UniqueFd pipe, LogStream& log)
    : pipe_(std::make_unique<Pipe>(Pipe{
          boost::asio::posix::stream_descriptor(std::move(executor), pipe.release())})),
      lines_([&log](std::string_view line) { log.append(line); }) {}

GuestOutput::~GuestOutput() = default;

Task<> GuestOutput::read_all() {
    while (!ended_) {
        co_await pipe_->descriptor.async_wait(
            boost::asio::posix::stream_descriptor::wait_read, boost::asio::use_awaitable
        );
        read_some(kReadBytes);
    }
}

void GuestOutput::drain() {
    int waiting = 0;
    if (ended_ || ::ioctl(pipe_->descriptor.native_handle(), FIONREAD, &waiting) != 0) {
        waiting = 0;
    }
    auto left = static_cast<std::size_t>(std::max(waiting, 0));
    while (left > 0) {
        const std::size_t got = read_some(std::min(left, kReadBytes));
        if (got == 0) {
            break;
        }
        left -= got;
    }
    lines_.flush();
}

std::size_t GuestOutput::read_some(std::size_t bytes_max) {
    std::array<char, kReadBytes> buffer;  // NOLINT: filled by read
    const ssize_t got = ::read(pipe_->descriptor.native_handle(), buffer.data(), bytes_max);
    if (got > 0) {
        lines_.feed({buffer.data(), static_cast<std::size_t>(got)});
        return static_cast<std::size_t>(got);
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        ended_ = true;
        lines_.flush();
    }
    return 0;
}

}  // namespace lambent::runtime
