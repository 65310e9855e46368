#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lambent::http {

// The chunked transfer coding, byte by byte and without I/O. Strict where readers have been known
// to disagree: sizes are plain hex, lines end in CRLF, extensions are bounded and ignored, trailers
// are bounded and kept apart.
class ChunkDecoder {
  public:
    explicit ChunkDecoder(std::size_t trailer_bytes_max = 8 * 1024)
        : trailer_bytes_max_(trailer_bytes_max) {}

    // Decodes from the front of `bytes`, appends to `out`, and says how many bytes it used: all of
    // them, unless the body has ended. kInvalidArgument once the framing is broken.
    Result<std::size_t> feed(std::string_view bytes, std::string& out);
    bool is_done() const { return state_ == State::kDone; }
    // "Name: value\n", one after another, once it is done.
    const std::string& trailers() const { return trailers_; }

  private:
    enum class State {
        kSize,
        kExtension,
        kSizeLineFeed,
        kData,
        kDataReturn,
        kDataLineFeed,
        kTrailer,
        kTrailerLineFeed,
        kDone,
    };
    Result<void> step(char c);
    Result<void> step_size(char c);
    Result<void> step_trailer(char c);
    Result<void> step_line(char c, State after_return);
    Result<void> end_size_line();
    Result<void> end_trailer_line();

    State state_ = State::kSize;
    std::uint64_t size_ = 0;      // of the chunk, then what is left of it
    std::size_t digits_ = 0;      // of the size
    std::string extension_;       // behind the size, with its semicolon
    std::size_t line_bytes_ = 0;  // of a trailer line
    std::size_t trailer_bytes_max_;
    std::string trailers_;
    bool has_colon_ = false;  // in the trailer line so far
};

}  // namespace lambent::http
