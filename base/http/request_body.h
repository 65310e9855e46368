#pragma once

#include "base/http/chunk_decoder.h"
#include "base/http/head_parser.h"
#include "base/http/timed_socket.h"

#include <boost/beast/core/flat_buffer.hpp>

namespace lambent::http {

// The body of the request that a connection serves: first what came together with the head, then
// from the socket. Bytes after the body stay in the buffer for the next request.
class RequestBody final : public BodyReader {
  public:
    RequestBody(
        TimedSocket& socket,
        boost::beast::flat_buffer& buffer,
        const Framing& framing,
        TimedSocket::Patience patience,
        std::size_t trailer_bytes_max
    );

    Task<Result<std::string>> read_some() override;
    std::optional<std::uint64_t> content_length() const override { return content_length_; }
    std::optional<std::string> take_whole() override;
    Headers trailers() const override;

    bool is_finished() const { return state_ == State::kFinished; }
    // Whether the rest is surely no more than `bytes`, and the client sends it unasked.
    bool may_be_skipped(std::uint64_t bytes) const;
    // Reads and drops the rest; whether it came to its end.
    Task<bool> skip();

  private:
    enum class State { kReading, kFinished, kBroken };
    Task<Result<std::string>> read_counted();
    Task<Result<std::string>> read_chunked();
    Task<Result<void>> ask_to_continue();
    Result<std::string> decode_buffered();
    // Bytes from the socket, at least one, within the budget.
    Task<Result<std::size_t>> receive(boost::asio::mutable_buffer into);
    Error broken(Error why);

    TimedSocket& socket_;
    boost::beast::flat_buffer& buffer_;
    std::optional<std::uint64_t> content_length_;
    std::uint64_t left_ = 0;  // of a body with a length
    ChunkDecoder chunks_;     // of one without
    TimedSocket::Patience patience_;
    SlownessBudget budget_;
    bool awaits_continue_;
    State state_;
};

}  // namespace lambent::http
