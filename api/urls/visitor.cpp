#include "api/urls/visitor.h"

#include "runtime/functions/function.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace lambent::api::urls {
namespace {

// What RFC 9110 keeps to one connection, and what is said anew below.
constexpr std::array<std::string_view, 14> kOfTheConnection{
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

std::string lower_name(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
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

triggers::HttpRequest visitor_of(const Request& request, std::uint16_t port, bool is_signed) {
    triggers::HttpRequest http;
    http.method = request.head.method;
    http.query = request.head.query;
    http.source_ip = address_of(request.head.peer);
    http.request_id = request.request_id;
    std::string forwarded_for;
    for (const auto& [name, value] : request.head.headers.all()) {
        const std::string key = lower_name(name);
        if (key == "x-forwarded-for") {
            forwarded_for += value + ", ";
        }
        const bool is_dropped = std::find(kOfTheConnection.begin(), kOfTheConnection.end(), key) !=
                                kOfTheConnection.end();
        if (!is_dropped && !(is_signed && key == "authorization")) {
            http.fields.emplace_back(name, value);
        }
    }
    http.fields.emplace_back("x-forwarded-for", forwarded_for + http.source_ip);
    http.fields.emplace_back("x-forwarded-port", std::to_string(port));
    http.fields.emplace_back("x-forwarded-proto", request.head.scheme());
    if (is_signed) {
        http.account = runtime::kAccountId;
        http.caller.emplace();
        http.caller->access_key = request.principal.access_key;
        http.caller->name = request.principal.name;
    }
    return http;
}

}  // namespace lambent::api::urls
