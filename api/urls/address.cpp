#include "api/urls/address.h"

#include "api/wire/routing.h"
#include "base/http/uri.h"
#include "runtime/functions/function.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace lambent::api::urls {
namespace {

using triggers::FunctionUrl;
using triggers::FunctionUrls;

// What RFC 9110 keeps to one connection, and what is said anew below.
constexpr std::array<std::string_view, 14> kNotPassedOn{
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-amzn-trace-id",
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

std::optional<FunctionUrl> url_at(
    const FunctionUrls& urls, const UrlConfig& config, const FunctionAddress& address
) {
    if (!address.id.empty()) {
        return lower(address.region) == config.region ? urls.find(lower(address.id)) : std::nullopt;
    }
    const auto reference = http::percent_decode(address.reference);
    if (reference.has_error()) {
        return std::nullopt;
    }
    const std::size_t colon = std::min(reference->find(':'), reference->size());
    std::string alias = reference->substr(std::min(colon + 1, reference->size()));
    return urls.find(reference->substr(0, colon), alias == runtime::kLatest ? "" : alias);
}

// "127.0.0.1:51234" -> "127.0.0.1"; another cell is a neighbour on loopback.
std::string address_of(const std::string& peer) {
    const std::size_t colon = peer.rfind(':');
    std::string address = peer.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) {
        address = address.substr(1, address.size() - 2);
    }
    return colon == std::string::npos ? "127.0.0.1" : address;
}

}  // namespace

std::optional<Place> find_place(
    const FunctionUrls& urls, const UrlConfig& config, const http::RequestHead& head
) {
    const auto address = function_address(head);
    auto url = address ? url_at(urls, config, *address) : std::nullopt;
    if (!url) {
        return std::nullopt;
    }
    Place place;
    place.url = std::move(*url);
    place.path = address->path.empty() ? "/" : address->path;
    place.reached = address->id.empty() ? Reached::kByPath : Reached::kByHost;
    return place;
}

triggers::HttpRequest request_at(
    const Place& place, const UrlConfig& config, const Request& request, WallTime now
) {
    const bool is_signed = place.url.auth == FunctionUrl::Auth::kIam;
    triggers::HttpRequest http;
    http.method = request.head.method;
    http.path = place.path;
    http.query = request.head.query;
    http.source_ip = address_of(request.head.peer);
    http.domain = place.url.id + ".lambda-url." + config.region + ".localhost";
    http.domain_id = place.url.id;
    http.request_id = request.request_id;
    http.time = now;
    std::string forwarded_for;
    for (const auto& [name, value] : request.head.headers.all()) {
        const std::string key = lower(name);
        if (key == "x-forwarded-for") {
            forwarded_for += value + ", ";
        }
        const bool is_dropped =
            std::find(kNotPassedOn.begin(), kNotPassedOn.end(), key) != kNotPassedOn.end();
        if (!is_dropped && !(is_signed && key == "authorization")) {
            http.fields.emplace_back(name, value);
        }
    }
    http.fields.emplace_back("x-forwarded-for", forwarded_for + http.source_ip);
    http.fields.emplace_back("x-forwarded-port", std::to_string(config.port));
    http.fields.emplace_back("x-forwarded-proto", "http");
    if (is_signed) {
        http.caller.emplace();
        http.caller->access_key = request.principal.access_key;
        http.caller->name = request.principal.name;
    }
    return http;
}

}  // namespace lambent::api::urls
