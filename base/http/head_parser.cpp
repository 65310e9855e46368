#include "base/http/head_parser.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <limits>

namespace lambent::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using boost::system::error_code;
using Text = beast::string_view;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Digits alone, no sign, no leading zero, no list: what every reader takes for the same number.
bool is_plain_length(Text text) {
    constexpr std::size_t kLengthDigitsMax = std::numeric_limits<std::int64_t>::digits10;
    if (text.empty() || text.size() > kLengthDigitsMax) {
        return false;
    }
    return std::all_of(text.begin(), text.end(), is_digit) && (text.size() == 1 || text[0] != '0');
}

// Beast's grammar for request line and fields, with our own storage and stricter framing rules.
class StrictParser final : public beast::http::basic_parser<true> {
  public:
    explicit StrictParser(const HeadLimits& limits) : limits_(limits) {
        header_limit(std::numeric_limits<std::uint32_t>::max());  // the scanner has bounded it
        body_limit(boost::none);
    }

    Parsed<ParsedHead> parse(std::string_view bytes) {
        error_code ec;
        put(boost::asio::buffer(bytes), ec);
        if (ec || !is_header_done()) {
            return refusal_.value_or(Malformed(400, "the request is not HTTP/1.1"));
        }
        if (const auto wrong = check_framing()) {
            return *wrong;
        }
        parsed_.framing.keep_alive = keep_alive();
        return std::move(parsed_);
    }

  private:
    void on_request_impl(beast::http::verb, Text method, Text target, int version, error_code& ec)
        override {
        parsed_.framing.is_http_1_0 = version < 11;
        if (method == "CONNECT") {
            return refuse(501, "this server is not a proxy", ec);
        }
        if (target.front() != '/' || target.find('#') != Text::npos) {
            return refuse(400, "the request target is not a path", ec);
        }
        const std::size_t mark = target.find('?');
        parsed_.head.method = method;
        parsed_.head.path = target.substr(0, mark);
        if (mark != Text::npos) {
            parsed_.head.query = target.substr(mark + 1);
        }
    }

    void on_response_impl(int, Text, int, error_code& ec) override { ec = {}; }

    void on_field_impl(field name, Text name_text, Text value, error_code& ec) override {
        switch (name) {
            case field::host:
                ++hosts_;
                break;
            case field::content_length:
                return take_content_length(name_text, value, ec);
            case field::transfer_encoding:
                if (!beast::iequals(value, "chunked")) {
                    return refuse(400, "the only transfer encoding is chunked", ec);
                }
                parsed_.framing.is_chunked = true;
                break;
            case field::expect:
                if (!beast::iequals(value, "100-continue")) {
                    return refuse(417, "the only expectation is 100-continue", ec);
                }
                parsed_.framing.awaits_continue = true;
                break;
            default:
                break;
        }
        parsed_.head.headers.add(name_text, value);
    }

    void take_content_length(Text name_text, Text value, error_code& ec) {
        if (parsed_.framing.content_length || !is_plain_length(value)) {
            return refuse(400, "the content length is not one plain number", ec);
        }
        std::uint64_t length = 0;
        for (const char c : value) {
            length = length * 10 + static_cast<std::uint64_t>(c - '0');
        }
        parsed_.framing.content_length = length;
        parsed_.head.headers.add(name_text, value);
    }

    std::optional<Malformed> check_framing() const {
        const Framing& framing = parsed_.framing;
        if (framing.is_chunked && (framing.content_length || framing.is_http_1_0)) {
            return Malformed(400, "the transfer encoding contradicts the rest of the head");
        }
        if (hosts_ > 1 || (hosts_ == 0 && !framing.is_http_1_0)) {
            return Malformed(400, "the request must have one Host field");
        }
        return std::nullopt;
    }

    void refuse(unsigned status, std::string_view why, error_code& ec) {
        refusal_ = Malformed(status, why);
        ec = beast::http::error::bad_value;
    }

    // A head has no body: the parser is never fed one.
    void on_header_impl(error_code& ec) override { ec = {}; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& ec) override {
        ec = {};
    }
    std::size_t on_body_impl(Text bytes, error_code& ec) override {
        ec = {};
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, error_code& ec) override { ec = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& ec) override {
        ec = {};
        return bytes.size();
    }
    void on_finish_impl(error_code& ec) override { ec = {}; }

    HeadLimits limits_;
    ParsedHead parsed_;
    std::optional<Malformed> refusal_;
    int hosts_ = 0;
};

}  // namespace

void HeadScanner::restart() {
    seen_ = line_start_ = lines_ = 0;
}

Parsed<std::optional<std::size_t>> HeadScanner::scan(std::string_view bytes) {
    for (;;) {
        const std::size_t line_feed = bytes.find('\n', seen_);
        const std::size_t line_end = std::min(line_feed, bytes.size());
        if (bytes.substr(seen_, line_end - seen_).find('\0') != std::string_view::npos) {
            return Malformed(400, "the head has a NUL byte");
        }
        if (line_end - line_start_ > limits_.line_bytes_max) {
            return lines_ == 0 ? Malformed(414, "the request line is too long")
                               : Malformed(431, "a header field is too long");
        }
        if (line_end > limits_.head_bytes_max) {
            return Malformed(431, "the head is too long");
        }
        seen_ = line_end;
        if (line_feed == std::string_view::npos) {
            return std::optional<std::size_t>();
        }
        if (const auto wrong = check_line(bytes, line_feed)) {
            return *wrong;
        }
        const bool is_empty = line_feed == line_start_ + 1;
        seen_ = line_start_ = line_feed + 1;
        if (is_empty) {
            return std::optional<std::size_t>(seen_);
        }
        if (lines_++ > limits_.fields_max) {
            return Malformed(431, "the head has too many fields");
        }
    }
}

std::optional<Malformed> HeadScanner::check_line(std::string_view bytes, std::size_t line_feed)
    const {
    if (line_feed == line_start_ || bytes[line_feed - 1] != '\r') {
        return Malformed(400, "a line ends without a carriage return");
    }
    const char first = bytes[line_start_];
    if (first == ' ' || first == '\t') {
        return Malformed(400, "a header field is folded");
    }
    if (lines_ == 0 && line_feed == line_start_ + 1) {
        return Malformed(400, "the request line is empty");
    }
    return std::nullopt;
}

Parsed<ParsedHead> parse_head(std::string_view bytes, const HeadLimits& limits) {
    return StrictParser(limits).parse(bytes);
}

}  // namespace lambent::http
