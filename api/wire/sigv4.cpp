#include "api/wire/sigv4.h"

#include "base/files/content_hash.h"
#include "base/http/uri.h"

#include <boost/beast/core/string.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace lambent::api {
namespace {

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

// Escapes what a client left bare and keeps the escapes that it wrote: two texts that differ in
// meaning never become one.
std::string escape_bare(std::string_view text, http::Slash slash) {
    std::string out;
    out.reserve(text.size());
    std::size_t i = 0;
    while (i < text.size()) {
        const bool is_escape =
            text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
        const std::size_t length = is_escape ? 3 : 1;
        const std::string_view piece = text.substr(i, length);
        out += is_escape ? std::string(piece) : http::percent_encode(piece, slash);
        i += length;
    }
    return out;
}

// RFC 3986, 5.2.4, and empty segments too; a slash at the end stays.
std::string without_dot_segments(std::string_view path) {
    std::vector<std::string_view> kept;
    kept.reserve(8);
    std::size_t start = 0;
    while (start <= path.size()) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view segment = path.substr(start, end - start);
        if (segment == ".." && !kept.empty()) {
            kept.pop_back();
        } else if (!segment.empty() && segment != "." && segment != "..") {
            kept.push_back(segment);
        }
        start = end + 1;
    }
    std::string out;
    out.reserve(path.size() + 1);
    for (const std::string_view segment : kept) {
        out.append("/").append(segment);
    }
    if (out.empty() || path.ends_with('/')) {
        out += '/';
    }
    return out;
}

// Without spaces around it, and with one where there are several.
void append_canonical_spaces(std::string_view value, std::string& out) {
    const std::size_t start = out.size();
    for (const char c : value) {
        if (c != ' ' || (out.size() > start && out.back() != ' ')) {
            out += c;
        }
    }
    if (out.size() > start && out.back() == ' ') {
        out.pop_back();
    }
}

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

}  // namespace

std::string CredentialScope::text() const {
    std::string out;
    out.reserve(64);
    out.append(date).append("/").append(region).append("/").append(service);
    return out.append("/aws4_request");
}

std::vector<std::string> canonical_paths(std::string_view raw_path, PathRule rule) {
    if (rule == PathRule::kOthers) {
        return {http::percent_encode(without_dot_segments(raw_path), http::Slash::kKeep)};
    }
    std::vector<std::string> paths{std::string(raw_path)};
    std::string escaped = escape_bare(raw_path, http::Slash::kKeep);
    if (escaped != paths.front()) {
        paths.push_back(std::move(escaped));
    }
    return paths;
}

std::string canonical_query(std::string_view raw_query) {
    std::vector<std::pair<std::string, std::string>> items;
    while (!raw_query.empty()) {
        const std::size_t end = std::min(raw_query.find('&'), raw_query.size());
        const std::string_view item = raw_query.substr(0, end);
        raw_query.remove_prefix(std::min(end + 1, raw_query.size()));
        const std::size_t equals = std::min(item.find('='), item.size());
        const std::string_view name = item.substr(0, equals);
        if (item.empty() || name == "X-Amz-Signature") {
            continue;
        }
        const std::string_view value = item.substr(std::min(equals + 1, item.size()));
        items.emplace_back(
            escape_bare(name, http::Slash::kEncode), escape_bare(value, http::Slash::kEncode)
        );
    }
    std::sort(items.begin(), items.end());
    std::string out;
    for (const auto& [name, value] : items) {
        out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
    }
    return out;
}

std::string canonical_headers(
    const http::Headers& headers, const std::vector<std::string>& signed_headers
) {
    std::string out;
    out.reserve(128);
    for (const std::string& name : signed_headers) {
        out.append(name).append(":");
        bool is_first = true;
        for (const auto& [field, value] : headers.all()) {
            if (same_name(field, name)) {
                out.append(is_first ? "" : ",");
                append_canonical_spaces(value, out);
                is_first = false;
            }
        }
        out.append("\n");
    }
    return out;
}

std::string canonical_request(const CanonicalParts& parts) {
    std::string out;
    out.reserve(256 + parts.path.size() + parts.query.size() + parts.headers.size());
    for (const std::string_view part :
         {parts.method, parts.path, parts.query, parts.headers, parts.signed_headers}) {
        out.append(part).append("\n");
    }
    return out.append(parts.payload_hash);
}

std::string string_to_sign(
    std::string_view amz_time, const CredentialScope& scope, std::string_view canonical
) {
    std::string out;
    out.reserve(192);
    out.append(kAlgorithm)
        .append("\n")
        .append(amz_time)
        .append("\n")
        .append(scope.text())
        .append("\n");
    return out.append(to_hex(digest(HashKind::kSha256, canonical)));
}

std::string signing_key(std::string_view secret, const CredentialScope& scope) {
    const std::string of_date = hmac_sha256("AWS4" + std::string(secret), scope.date);
    const std::string of_region = hmac_sha256(of_date, scope.region);
    const std::string of_service = hmac_sha256(of_region, scope.service);
    return hmac_sha256(of_service, "aws4_request");
}

std::string sign(std::string_view key, std::string_view text) {
    return to_hex(hmac_sha256(key, text));
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace lambent::api
