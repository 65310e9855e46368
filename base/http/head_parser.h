#pragma once

#include "base/http/message.h"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lambent::http {

// Why a head is refused: the status that says so, and a sentence for whoever debugs the client.
class Malformed {
  public:
    Malformed() = default;
    Malformed(unsigned status, std::string_view why) : status_(status), why_(why) {}
    unsigned status() const { return status_; }
    std::string_view why() const { return why_; }

  private:
    unsigned status_ = 400;
    std::string_view why_;  // a literal
};

template <class T>
using Parsed = boost::system::result<T, Malformed>;

struct HeadLimits {
    std::size_t head_bytes_max;
    std::size_t line_bytes_max;
    std::size_t fields_max;
};

// Finds the end of a head in bytes that grow. Looks at each byte once, and refuses as early as it
// can tell: bare line feeds, folded lines, NUL bytes, lines and heads that are too long.
class HeadScanner {
  public:
    explicit HeadScanner(HeadLimits limits) : limits_(limits) {}

    // `bytes` is all that has come of this head: where it ends, or nothing yet.
    Parsed<std::optional<std::size_t>> scan(std::string_view bytes);
    void restart();

  private:
    std::optional<Malformed> check_line(std::string_view bytes, std::size_t line_feed) const;

    HeadLimits limits_;
    std::size_t seen_ = 0;
    std::size_t line_start_ = 0;
    std::size_t lines_ = 0;
};

// What a head says about what follows it.
struct Framing {
    std::optional<std::uint64_t> content_length;
    bool is_chunked = false;
    bool awaits_continue = false;
    bool is_http_1_0 = false;
    bool keep_alive = true;
};

struct ParsedHead {
    RequestHead head;
    Framing framing;
};

// A complete head as the scanner delimited it. Where two readers of the same bytes could disagree
// about the framing it is refused rather than interpreted.
Parsed<ParsedHead> parse_head(std::string_view bytes, const HeadLimits& limits);

}  // namespace lambent::http
