#include "api/urls/address.h"

#include "api/urls/visitor.h"
#include "api/wire/routing.h"
#include "base/http/uri.h"
#include "runtime/functions/function.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lambent::api::urls {
namespace {

using triggers::FunctionUrl;
using triggers::FunctionUrls;

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
    if (!address.by_path) {
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

}  // namespace

std::optional<Place> find_place(
    const FunctionUrls& urls, const UrlConfig& config, const http::RequestHead& head
) {
    const auto address = function_address(head);
    const bool is_url = address && address->kind == FunctionAddress::Kind::kUrl;
    auto url = is_url ? url_at(urls, config, *address) : std::nullopt;
    if (!url) {
        return std::nullopt;
    }
    Place place;
    place.url = std::move(*url);
    place.path = address->path.empty() ? "/" : address->path;
    place.reached = address->by_path ? Reached::kByPath : Reached::kByHost;
    return place;
}

triggers::HttpRequest request_at(
    const Place& place, const UrlConfig& config, const Request& request, WallTime now
) {
    const bool is_signed = place.url.auth == FunctionUrl::Auth::kIam;
    triggers::HttpRequest http = visitor_of(request, config.port, is_signed);
    http.path = place.path;
    http.domain = place.url.id + ".lambda-url." + config.region + ".localhost";
    http.domain_id = place.url.id;
    http.time = now;
    return http;
}

}  // namespace lambent::api::urls
