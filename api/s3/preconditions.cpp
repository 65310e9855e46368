#include "api/s3/preconditions.h"

#include "base/time_format.h"

#include <algorithm>
#include <chrono>
#include <optional>

namespace lambent::api::s3 {
namespace {

std::optional<std::string_view> header(
    const http::Headers& headers, std::string_view prefix, std::string_view name
) {
    return headers.find(std::string(prefix) + std::string(name));
}

// Dates have whole seconds on the wire; a date that cannot be read asks for nothing.
std::optional<bool> is_later(WallTime modified, std::optional<std::string_view> than) {
    const auto date = than ? parse_http_date(*than) : std::nullopt;
    if (!date) {
        return std::nullopt;
    }
    return std::chrono::floor<std::chrono::seconds>(modified) > *date;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    const auto last = text.find_last_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, last - first + 1);
}

}  // namespace

std::string bare_etag(std::string_view etag) {
    etag = trimmed(etag);
    if (etag.starts_with("W/")) {
        etag.remove_prefix(2);
    }
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
        etag = etag.substr(1, etag.size() - 2);
    }
    return std::string(etag);
}

bool names_etag(std::string_view list, std::string_view etag) {
    if (trimmed(list) == "*") {
        return true;
    }
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (bare_etag(list.substr(0, comma)) == etag) {
            return true;
        }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

Precondition check_preconditions(
    const http::Headers& headers, std::string_view prefix, std::string_view etag, WallTime modified
) {
    if (const auto match = header(headers, prefix, "If-Match")) {
        if (!names_etag(*match, etag)) {
            return {Verdict::kFailed, "If-Match"};
        }
    } else if (is_later(modified, header(headers, prefix, "If-Unmodified-Since")).value_or(false)) {
        return {Verdict::kFailed, "If-Unmodified-Since"};
    }
    if (const auto none = header(headers, prefix, "If-None-Match")) {
        if (names_etag(*none, etag)) {
            return {Verdict::kNotModified, "If-None-Match"};
        }
    } else if (!is_later(modified, header(headers, prefix, "If-Modified-Since")).value_or(true)) {
        return {Verdict::kNotModified, "If-Modified-Since"};
    }
    return {};
}

}  // namespace lambent::api::s3
