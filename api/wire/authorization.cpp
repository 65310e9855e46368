#include "api/wire/authorization.h"

#include "base/result.h"
#include "base/time_format.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace lambent::api {
namespace {

constexpr std::chrono::seconds kExpiresMax{604'800};
constexpr std::size_t kSignedHeadersMax = 100;

Refusal malformed(std::string message) {
    return Refusal(Fault::kMalformed, std::move(message));
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    parts.reserve(8);
    for (;;) {
        const std::size_t end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

// "AKID/20260101/us-east-1/s3/aws4_request"
Checked<void> read_credential(std::string_view text, Authorization& into) {
    const auto parts = split(text, '/');
    if (parts.size() != 5 || parts[4] != "aws4_request" || parts[0].empty()) {
        return malformed(
            "The Credential is mal-formed; expecting "
            "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
        );
    }
    into.access_key = parts[0];
    into.scope.date = parts[1];
    into.scope.region = parts[2];
    into.scope.service = parts[3];
    return {};
}

Checked<void> read_signed_headers(std::string_view text, Authorization& into) {
    into.signed_headers.reserve(4);
    for (const std::string_view name : split(text, ';')) {
        const bool is_lower =
            std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
        if (name.empty() || !is_lower || into.covers(name) ||
            into.signed_headers.size() == kSignedHeadersMax) {
            return malformed("SignedHeaders must be lower-case names, each once.");
        }
        into.signed_headers.emplace_back(name);
    }
    return {};
}

Checked<void> read_signature(std::string_view text, Authorization& into) {
    const auto is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    if (text.size() != 64 || !std::all_of(text.begin(), text.end(), is_hex)) {
        return malformed("The Signature must be 64 lower-case hex digits.");
    }
    into.signature = text;
    return {};
}

Checked<void> read_time(std::string_view text, Authorization& into) {
    const auto time = parse_amz_date(text);
    if (!time) {
        return malformed("The date must be in ISO-8601 'basic format'.");
    }
    into.time = *time;
    into.amz_time = text;
    return {};
}

// The header's named parts, each at most once, in any order.
class HeaderParts {
  public:
    Checked<void> read(std::string_view text) {
        items_.reserve(4);
        for (const std::string_view part : split(text, ',')) {
            const std::string_view item = trimmed(part);
            const std::size_t equals = item.find('=');
            const std::string_view name = item.substr(0, equals);
            if (equals == std::string_view::npos || find(name) != nullptr ||
                items_.size() == kPartsMax) {
                return malformed("The Authorization header is mal-formed.");
            }
            items_.emplace_back(name, item.substr(equals + 1));
        }
        return {};
    }
    Checked<std::string_view> required(std::string_view name) const {
        if (const std::string_view* value = find(name)) {
            return *value;
        }
        return malformed("Authorization header requires '" + std::string(name) + "' parameter.");
    }

  private:
    static constexpr std::size_t kPartsMax = 16;

    const std::string_view* find(std::string_view name) const {
        const auto is_it = [name](const auto& item) {
            return item.first == name;
        };
        const auto found = std::find_if(items_.begin(), items_.end(), is_it);
        return found == items_.end() ? nullptr : &found->second;
    }

    std::vector<std::pair<std::string_view, std::string_view>> items_;
};

Checked<void> read_header_time(const http::Headers& headers, Authorization& into) {
    if (headers.count("x-amz-date") > 1 || headers.count("date") > 1) {
        return Refusal(Fault::kAmbiguous, "The request has two dates.");
    }
    if (const auto amz = headers.find("x-amz-date")) {
        return read_time(*amz, into);
    }
    const auto date = headers.find("date");
    if (!date) {
        return malformed(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        );
    }
    if (!into.covers("date")) {
        return Refusal(Fault::kUnsignedHeader, "The Date header is not signed.");
    }
    const auto time = parse_http_date(*date);
    return time ? read_time(amz_date(*time), into) : read_time(*date, into);
}

Checked<std::optional<Authorization>> read_header(
    const http::RequestHead& head, std::string_view value
) {
    if (!value.starts_with(kAlgorithm) || value.substr(kAlgorithm.size(), 1) != " ") {
        return Refusal(
            Fault::kUnsupported,
            "The authorization mechanism you have provided is not supported. Please use "
            "AWS4-HMAC-SHA256."
        );
    }
    HeaderParts parts;
    LAMBENT_TRY(parts.read(value.substr(kAlgorithm.size() + 1)));
    LAMBENT_TRY(const std::string_view credential, parts.required("Credential"));
    LAMBENT_TRY(const std::string_view signed_headers, parts.required("SignedHeaders"));
    LAMBENT_TRY(const std::string_view signature, parts.required("Signature"));
    Authorization found;
    LAMBENT_TRY(read_credential(credential, found));
    LAMBENT_TRY(read_signed_headers(signed_headers, found));
    LAMBENT_TRY(read_signature(signature, found));
    LAMBENT_TRY(read_header_time(head.headers, found));
    return std::optional<Authorization>(std::move(found));
}

Checked<std::string_view> sole_item(const http::QueryItems& query, std::string_view name) {
    const auto named = [name](const auto& item) {
        return item.first == name;
    };
    if (std::count_if(query.begin(), query.end(), named) != 1) {
        return malformed("The query must have " + std::string(name) + " exactly once.");
    }
    return *http::find_item(query, name);
}

Checked<void> read_expires(std::string_view text, Authorization& into) {
    std::int64_t seconds = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failed != std::errc() || end != text.data() + text.size()) {
        return malformed("X-Amz-Expires should be a number.");
    }
    if (seconds < 1 || seconds > kExpiresMax.count()) {
        return Refusal(Fault::kExpired, "X-Amz-Expires must be between 1 and 604800 seconds.");
    }
    into.expires = std::chrono::seconds(seconds);
    return {};
}

Checked<std::optional<Authorization>> read_query(
    const http::RequestHead& head, const http::QueryItems& query
) {
    if (head.headers.count("x-amz-date") > 0) {
        return Refusal(Fault::kAmbiguous, "The request has two dates.");
    }
    Authorization found;
    found.form = Authorization::Form::kQuery;
    LAMBENT_TRY(const auto algorithm, sole_item(query, "X-Amz-Algorithm"));
    if (algorithm != kAlgorithm) {
        return Refusal(Fault::kUnsupported, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\".");
    }
    LAMBENT_TRY(const auto credential, sole_item(query, "X-Amz-Credential"));
    LAMBENT_TRY(const auto time, sole_item(query, "X-Amz-Date"));
    LAMBENT_TRY(const auto headers, sole_item(query, "X-Amz-SignedHeaders"));
    LAMBENT_TRY(const auto signature, sole_item(query, "X-Amz-Signature"));
    LAMBENT_TRY(const auto expires, sole_item(query, "X-Amz-Expires"));
    LAMBENT_TRY(read_credential(credential, found));
    LAMBENT_TRY(read_time(time, found));
    LAMBENT_TRY(read_signed_headers(headers, found));
    LAMBENT_TRY(read_signature(signature, found));
    LAMBENT_TRY(read_expires(expires, found));
    return std::optional<Authorization>(std::move(found));
}

bool is_presigned(const http::QueryItems& query) {
    return std::any_of(query.begin(), query.end(), [](const auto& item) {
        return item.first == "X-Amz-Signature" || item.first == "X-Amz-Credential" ||
               item.first == "X-Amz-Algorithm" || item.first == "AWSAccessKeyId";
    });
}

}  // namespace

bool Authorization::covers(std::string_view header) const {
    return std::find(signed_headers.begin(), signed_headers.end(), header) != signed_headers.end();
}

std::string Authorization::signed_header_list() const {
    std::string list;
    for (const std::string& name : signed_headers) {
        list.append(list.empty() ? "" : ";").append(name);
    }
    return list;
}

Checked<std::optional<Authorization>> read_authorization(
    const http::RequestHead& head, const http::QueryItems& query
) {
    const bool in_query = is_presigned(query);
    const std::size_t headers = head.headers.count("authorization");
    if (headers > 1 || (headers == 1 && in_query)) {
        return Refusal(
            Fault::kAmbiguous,
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
            "Signature query string parameter or the Authorization header should be specified"
        );
    }
    if (in_query) {
        return read_query(head, query);
    }
    if (headers == 1) {
        return read_header(head, *head.headers.find("authorization"));
    }
    return std::optional<Authorization>();
}

}  // namespace lambent::api
