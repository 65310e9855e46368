#include "base/http/timed_socket.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace lambent::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::int64_t kBytesPerSecondMin = 100;
constexpr std::size_t kRecordBytes = 16 * 1024;  // of TLS, at most
constexpr int kReadsInARowMax = 16;

std::size_t size_of(const TimedSocket::Parts& parts) {
    return parts[0].size() + parts[1].size();
}

}  // namespace

void SlownessBudget::spent(SteadyTime::duration waited, std::size_t bytes) {
    left_ -= std::chrono::duration_cast<Patience>(waited);
    left_ += Patience(static_cast<std::int64_t>(bytes) * 1000 / kBytesPerSecondMin);
}

TimedSocket::TimedSocket(
    const asio::any_io_executor& executor, UniqueFd connected, std::unique_ptr<TlsSession> tls
)
    : socket_(executor), tls_(std::move(tls)) {
    error_code ignored;
    // The family matters only to calls that are not made here: addresses are never asked for.
    socket_.assign(asio::ip::tcp::v4(), connected.release(), ignored);
    socket_.non_blocking(true, ignored);
}

Task<Result<std::size_t>> TimedSocket::read_some(asio::mutable_buffer into, Patience patience) {
    if (tls_) {
        co_return co_await read_tls(into, patience);
    }
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

// One deadline, however many records or steps of the handshake come in between. A session that has
// bytes gives them without a wait: now and then others get their turn.
Task<Result<std::size_t>> TimedSocket::read_tls(asio::mutable_buffer into, Patience patience) {
    const SteadyTime end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const TlsSession::Step step = tls_->read(into.data(), into.size());
        switch (step.state) {
            case TlsSession::State::kDone:
                if (++reads_in_a_row_ >= kReadsInARowMax) {
                    reads_in_a_row_ = 0;
                    co_await asio::post(socket_.get_executor(), asio::use_awaitable);
                }
                co_return step.bytes;
            case TlsSession::State::kEnd:
                co_return std::size_t{0};
            case TlsSession::State::kPlain:
                tls_.reset();
                co_return Error(Code::kInvalidArgument, "tls", "the client does not speak TLS");
            case TlsSession::State::kBroken:
                co_return Error(Code::kUnavailable, "the client broke TLS off");
            case TlsSession::State::kWaitsRead:
            case TlsSession::State::kWaitsWrite:
                break;
        }
        const auto wanted = step.state == TlsSession::State::kWaitsRead
                                ? asio::ip::tcp::socket::wait_read
                                : asio::ip::tcp::socket::wait_write;
        timed_out_ = false;
        deadline_ = end;
        reads_in_a_row_ = 0;
        error_code failure;
        co_await socket_.async_wait(wanted, asio::redirect_error(asio::use_awaitable, failure));
        if (failure) {
            co_return end_wait(failure);
        }
        deadline_ = SteadyTime::max();
    }
}

// What TLS takes at once, as write_some does: small parts in one record.
std::size_t TimedSocket::write_tls(const Parts& parts, error_code& failure) {
    std::string joined;
    std::size_t taken = 0;
    for (std::size_t left = size_of(parts); left > 0; left = size_of(parts) - taken) {
        std::string_view next(static_cast<const char*>(parts[0].data()), parts[0].size());
        if (taken >= next.size()) {
            next = {static_cast<const char*>(parts[1].data()), parts[1].size()};
            next.remove_prefix(taken - parts[0].size());
        } else {
            next.remove_prefix(taken);
            if (parts[1].size() > 0 && next.size() < kRecordBytes) {
                const auto* const second = static_cast<const char*>(parts[1].data());
                joined.assign(next);
                joined.append(second, std::min(parts[1].size(), kRecordBytes - next.size()));
                next = joined;
            }
        }
        const TlsSession::Step step = tls_->write(next);
        if (step.state != TlsSession::State::kDone) {
            failure = step.state == TlsSession::State::kBroken
                          ? error_code(asio::error::broken_pipe)
                          : error_code(asio::error::would_block);
            break;
        }
        taken += step.bytes;
    }
    return taken;
}

bool TimedSocket::write_now(Parts& parts) {
    error_code ignored;
    return take_written(parts, ignored);
}

// Writes once, and takes what was written off the parts.
bool TimedSocket::take_written(Parts& parts, error_code& failure) {
    std::size_t taken = tls_ ? write_tls(parts, failure) : socket_.write_some(parts, failure);
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
    if (tls_) {
        tls_->finish();
    }
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void TimedSocket::shutdown() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

}  // namespace lambent::http
