#include "base/http/response_head.h"

#include "base/clock.h"
#include "base/http/token.h"
#include "base/time_format.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <charconv>

namespace lambent::http {
namespace {

bool is_name(std::string_view text, std::string_view name) {
    return text.size() == name.size() &&
           boost::beast::iequals({text.data(), text.size()}, {name.data(), name.size()});
}

bool is_framing(std::string_view name) {
    return is_name(name, "Content-Length") || is_name(name, "Connection") ||
           is_name(name, "Transfer-Encoding");
}

bool has_no_body(unsigned status) {
    return status < 200 || status == 204 || status == 304;
}

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    const std::size_t start = out.size();
    out.append(value);
    for (std::size_t i = start; i < out.size(); ++i) {
        if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') {
            out[i] = ' ';
        }
    }
    out.append("\r\n");
}

// The Date field, formatted once a second. Each event loop's thread has its own.
const std::string& date_line() {
    thread_local std::int64_t second = -1;
    thread_local std::string line;
    const auto now = std::chrono::system_clock::now();
    const std::int64_t now_second = unix_ms(now) / 1000;
    if (now_second != second) {
        second = now_second;
        line = "Date: " + http_date(now) + "\r\n";
    }
    return line;
}

bool is_stream(const Response& response) {
    return std::holds_alternative<StreamBody>(response.body);
}

void append_length(const Response& response, const AnswerContext& context, std::string& out) {
    if (is_stream(response)) {
        if (!context.is_http_1_0) {  // to which the end of the connection is the end of the body
            out.append("Transfer-Encoding: chunked\r\n");
        }
        return;
    }
    const auto told = context.is_head ? response.headers.find("Content-Length") : std::nullopt;
    if (told) {
        return append_field(out, "Content-Length", *told);
    }
    out.append("Content-Length: ");
    append_number(out, body_bytes(response));
    out.append("\r\n");
}

}  // namespace

std::uint64_t body_bytes(const Response& response) {
    if (const auto* file = std::get_if<FileBody>(&response.body)) {
        return file->length;
    }
    const auto* text = std::get_if<std::string>(&response.body);
    return text == nullptr ? 0 : text->size();
}

bool sends_body(const Response& response, const AnswerContext& context) {
    return !context.is_head && !has_no_body(response.status) &&
           (is_stream(response) || body_bytes(response) > 0);
}

void render_head(const Response& response, const AnswerContext& context, std::string& out) {
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
    out.append("HTTP/1.1 ");
    append_number(out, response.status);
    out.append(" ").append(reason.data(), reason.size()).append("\r\n");
    for (const auto& [name, value] : response.headers.all()) {
        if (!is_framing(name) && is_token(name)) {
            append_field(out, name, value);
        }
    }
    out.append(date_line());
    if (!has_no_body(response.status)) {
        append_length(response, context, out);
    }
    if (!context.keep_alive) {
        out.append("Connection: close\r\n");
    } else if (context.is_http_1_0) {
        out.append("Connection: keep-alive\r\n");
    }
    out.append("\r\n");
}

}  // namespace lambent::http
