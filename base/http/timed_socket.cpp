#include "base/http/timed_socket.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace lambent::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::int64_t kBytesPerSecondMin = 100;

std::size_t size_of(const TimedSocket::Parts& parts) {
    return parts[0].size() + parts[1].size();
}

}  // namespace

void SlownessBudget::spent(SteadyTime::duration waited, std::size_t bytes) {
    left_ -= std::chrono::duration_cast<Patience>(waited);
    left_ += Patience(static_cast<std::int64_t>(bytes) * 1000 / kBytesPerSecondMin);
}

TimedSocket::TimedSocket(const asio::any_io_executor& executor, UniqueFd connected)
    : socket_(executor) {
    error_code ignored;
    // The family matters only to calls that are not made here: addresses are never asked for.
    socket_.assign(asio::ip::tcp::v4(), connected.release(), ignored);
    socket_.non_blocking(true, ignored);
}

Task<Result<std::size_t>> TimedSocket::read_some(asio::mutable_buffer into, Patience patience) {
    start_wait(patience);
    error_code failure;
    const std::size_t bytes =
        co_await socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, failure));
    if (failure == asio::error::eof) {
        deadline_ = SteadyTime::max();
        co_return std::size_t{0};
    }
    if (failure) {
        co_return end_wait(failure);
    }
    deadline_ = SteadyTime::max();
    co_return bytes;
}

bool TimedSocket::write_now(Parts& parts) {
    error_code ignored;
    return take_written(parts, ignored);
}

// Writes once, and takes what was written off the parts.
bool TimedSocket::take_written(Parts& parts, error_code& failure) {
    std::size_t taken = socket_.write_some(parts, failure);
    for (asio::const_buffer& part : parts) {
        const std::size_t of_part = std::min(taken, part.size());
        part += of_part;
        taken -= of_part;
    }
    return !failure || failure == asio::error::would_block;
}

Task<Result<void>> TimedSocket::write(Parts parts, Patience patience) {
    SlownessBudget budget(patience);
    SteadyTime::duration waited{};
    for (;;) {
        error_code failure;
        const std::size_t before = size_of(parts);
        if (!take_written(parts, failure)) {
            co_return Error(Code::kUnavailable, "the connection broke: " + failure.message());
        }
        const std::size_t left = size_of(parts);
        budget.spent(waited, before - left);
        if (left == 0) {
            co_return Result<void>();
        }
        start_wait(budget.next());
        const SteadyTime begun = std::chrono::steady_clock::now();
        co_await socket_.async_wait(
            asio::ip::tcp::socket::wait_write, asio::redirect_error(asio::use_awaitable, failure)
        );
        if (failure) {
            co_return end_wait(failure);
        }
        deadline_ = SteadyTime::max();
        waited = std::chrono::steady_clock::now() - begun;
    }
}

void TimedSocket::start_wait(Patience patience) {
    timed_out_ = false;
    deadline_ = std::chrono::steady_clock::now() + patience;
}

Error TimedSocket::end_wait(const error_code& failure) {
    deadline_ = SteadyTime::max();
    if (timed_out_) {
        return Error(Code::kDeadline, "the client was silent for too long");
    }
    return Error(Code::kUnavailable, "the connection broke: " + failure.message());
}

void TimedSocket::expire(SteadyTime now) {
    if (now >= deadline_) {
        timed_out_ = true;
        interrupt();
    }
}

void TimedSocket::interrupt() {
    error_code ignored;
    socket_.cancel(ignored);
}

void TimedSocket::shutdown_writing() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void TimedSocket::shutdown() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace lambent::http
