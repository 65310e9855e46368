#include "api/s3/s3_call.h"

#include "api/s3/s3_errors.h"
#include "api/wire/routing.h"
#include "base/files/content_hash.h"
#include "base/http/uri.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace lambent::api::s3 {
namespace {

// The bucket of "<bucket>.localhost:4566"; empty for every other host.
std::string_view bucket_of_host(std::string_view host) {
    constexpr std::string_view kDomain = ".localhost";
    if (is_website_host(host)) {
        return website_bucket(host);
    }
    host = host.substr(0, host.rfind(':'));
    if (!host.ends_with(kDomain)) {
        return {};
    }
    host.remove_suffix(kDomain.size());
    if (host == "s3" || host.starts_with("s3.")) {
        return {};
    }
    return host.substr(0, host.rfind(".s3"));
}

std::string address_of_peer(const std::string& peer) {
    const auto colon = peer.rfind(':');
    if (colon == std::string::npos) {
        return "127.0.0.1";  // out of a cell, by way of our own socket
    }
    std::string address = peer.substr(0, colon);
    std::erase_if(address, [](char c) { return c == '[' || c == ']'; });
    return address;
}

Answer<std::size_t> number_of(
    std::optional<std::string_view> text,
    std::string_view name,
    std::size_t otherwise,
    std::size_t limit
) {
    if (!text || text->empty()) {
        return otherwise;
    }
    std::int32_t number = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failed != std::errc() || end != text->data() + text->size() || number < 0) {
        return invalid_argument(
            "Argument " + std::string(name) + " must be an integer between 0 and 2147483647",
            std::string(name),
            std::string(*text)
        );
    }
    return std::min(static_cast<std::size_t>(number), limit);
}

}  // namespace

Answer<Target> parse_path_target(std::string_view raw_path) {
    if (raw_path.starts_with('/')) {
        raw_path.remove_prefix(1);
    }
    const auto slash = std::min(raw_path.find('/'), raw_path.size());
    const std::string_view key = raw_path.substr(std::min(slash + 1, raw_path.size()));
    Target target;
    LAMBENT_TRY(target.bucket, in_s3(http::percent_decode(raw_path.substr(0, slash))));
    LAMBENT_TRY(target.key, in_s3(http::percent_decode(key)));
    return target;
}

Answer<Target> parse_target(std::string_view raw_path, std::string_view host) {
    const std::string_view bucket = bucket_of_host(host);
    if (bucket.empty()) {
        return parse_path_target(raw_path);
    }
    if (raw_path.starts_with('/')) {
        raw_path.remove_prefix(1);
    }
    Target target;
    target.bucket = bucket;
    LAMBENT_TRY(target.key, in_s3(http::percent_decode(raw_path)));
    return target;
}

triggers::Cause S3Call::cause() const {
    triggers::Cause cause;
    cause.request_id = request.request_id;
    cause.source_ip = address_of_peer(request.head.peer);
    const bool is_named = request.principal.is_root || !request.principal.access_key.empty();
    cause.principal = is_named ? "AWS:" + request.principal.access_key : "Anonymous";
    cause.trace_header = header("X-Amzn-Trace-Id").value_or("");
    return cause;
}

Answer<std::size_t> number_item(
    const S3Call& call, std::string_view name, std::size_t otherwise, std::size_t limit
) {
    return number_of(call.item(name), name, otherwise, limit);
}

Answer<std::size_t> number_header(
    const S3Call& call, std::string_view name, std::size_t otherwise, std::size_t limit
) {
    return number_of(call.header(name), name, otherwise, limit);
}

std::string host_id(std::string_view request_id) {
    return to_base64(digest(HashKind::kSha256, request_id));
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

http::Response xml_response(std::string document) {
    http::Response response;
    response.headers.add("Content-Type", "application/xml");
    response.body = std::move(document);
    return response;
}

http::Response empty_response(unsigned status) {
    http::Response response;
    response.status = status;
    return response;
}

}  // namespace lambent::api::s3
