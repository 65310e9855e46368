#include "base/http/chunk_decoder.h"

#include "base/http/hex_digit.h"
#include "base/http/token.h"

#include <boost/beast/http/chunk_encode.hpp>

#include <algorithm>

namespace lambent::http {
namespace {

constexpr std::size_t kDigitsMax = 15;  // below 2^60
constexpr std::size_t kExtensionBytesMax = 1024;

Error broken(const char* why) {
    return Error(Code::kInvalidArgument, "chunk", why);
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

// Nothing, or what RFC 9112 allows there; it is checked and ignored.
bool is_extension(std::string_view text) {
    if (text.empty()) {
        return true;
    }
    text.remove_suffix(1);  // the carriage return
    boost::beast::http::chunk_extensions parsed;
    boost::system::error_code failure;
    parsed.parse({text.data(), text.size()}, failure);
    return !failure;
}

}  // namespace

Result<std::size_t> ChunkDecoder::feed(std::string_view bytes, std::string& out) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::kDone) {
        if (state_ == State::kData) {
            const std::size_t taken = std::min<std::uint64_t>(size_, bytes.size() - used);
            out.append(bytes.substr(used, taken));
            used += taken;
            size_ -= taken;
            if (size_ == 0) {
                state_ = State::kDataReturn;
            }
            continue;
        }
        LAMBENT_TRY(step(bytes[used]));
        ++used;
    }
    return used;
}

Result<void> ChunkDecoder::step(char c) {
    switch (state_) {
        case State::kSize:
            return step_size(c);
        case State::kExtension:
            if (extension_.size() >= kExtensionBytesMax) {
                return broken("a chunk extension is too long");
            }
            extension_ += c;
            return step_line(c, State::kSizeLineFeed);
        case State::kSizeLineFeed:
            return c == '\n' ? end_size_line() : broken("a chunk size line ends wrongly");
        case State::kDataReturn:
            state_ = State::kDataLineFeed;
            return c == '\r' ? Result<void>() : broken("a chunk is longer than its size");
        case State::kDataLineFeed:
            state_ = State::kSize;
            digits_ = 0;
            return c == '\n' ? Result<void>() : broken("a chunk is longer than its size");
        case State::kTrailer:
            return step_trailer(c);
        case State::kTrailerLineFeed:
            return c == '\n' ? end_trailer_line() : broken("a trailer ends wrongly");
        case State::kData:
        case State::kDone:
            break;
    }
    return Error(Code::kInternal, "the chunk decoder was fed in a state that takes no byte");
}

Result<void> ChunkDecoder::step_size(char c) {
    const int digit = hex_value(c);
    if (digit >= 0) {
        if (++digits_ > kDigitsMax) {
            return broken("a chunk size is too large");
        }
        size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
        return {};
    }
    if (digits_ == 0) {
        return broken("a chunk has no size");
    }
    extension_.clear();
    if (c == ';') {
        extension_ = c;
        state_ = State::kExtension;
        return {};
    }
    return c == '\r' ? step_line(c, State::kSizeLineFeed) : broken("a chunk size is not hex");
}

Result<void> ChunkDecoder::step_trailer(char c) {
    trailers_ += c == '\r' ? '\n' : c;
    if (trailers_.size() > trailer_bytes_max_) {
        return broken("the trailers are too long");
    }
    if (c != '\r') {
        if (!has_colon_ && !is_token_char(c) && (c != ':' || line_bytes_ == 0)) {
            return broken("a trailer has no name");
        }
        has_colon_ = has_colon_ || c == ':';
        ++line_bytes_;
    }
    return step_line(c, State::kTrailerLineFeed);
}

Result<void> ChunkDecoder::step_line(char c, State after_return) {
    if (c == '\r') {
        state_ = after_return;
        return {};
    }
    return is_control(c) ? broken("a control character in the chunk framing") : Result<void>();
}

Result<void> ChunkDecoder::end_size_line() {
    if (!is_extension(extension_)) {
        return broken("a chunk extension is not one");
    }
    state_ = size_ > 0 ? State::kData : State::kTrailer;
    line_bytes_ = 0;
    return {};
}

Result<void> ChunkDecoder::end_trailer_line() {
    if (line_bytes_ == 0) {
        state_ = State::kDone;
        return {};
    }
    if (!has_colon_) {
        return broken("a trailer has no colon");
    }
    state_ = State::kTrailer;
    line_bytes_ = 0;
    has_colon_ = false;
    return {};
}

}  // namespace lambent::http
