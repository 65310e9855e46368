#include "triggers/gateway/route_match.h"

#include "base/http/uri.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace lambent::triggers {
namespace {

constexpr std::string_view kDefaultKey = "$default";
constexpr char kDefaultRank[] = "3";  // behind all others
constexpr std::array<std::string_view, 8> kMethods{
    "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"};

// "/a/b" -> {"a", "b"}; a slash at the end makes no segment.
std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        if (!segment.empty() || !path.empty()) {
            segments.push_back(segment);
        }
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
}

bool is_greedy(std::string_view segment) {
    return is_parameter(segment) && segment.size() > 3 && segment[segment.size() - 2] == '+';
}

std::string name_of(std::string_view parameter) {
    const std::size_t marks = is_greedy(parameter) ? 3 : 2;
    return std::string(parameter.substr(1, parameter.size() - marks));
}

std::string decoded(std::string_view text) {
    const auto plain = http::percent_decode(text);
    return plain.has_value() ? *plain : std::string(text);
}

// Of a request: exactly as it is written, for "get" is another method.
bool is_request_method(std::string_view method) {
    return method != "ANY" && std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

// One letter a segment, smaller for what is more specific.
std::string rank_of(const std::vector<std::string_view>& pattern) {
    std::string rank;
    bool has_greedy = false;
    for (const std::string_view segment : pattern) {
        has_greedy = has_greedy || is_greedy(segment);
        rank += is_greedy(segment) ? 'c' : is_parameter(segment) ? 'b' : 'a';
    }
    return (has_greedy ? "2" : "1") + rank;
}

// The parameters, raw.
std::optional<std::map<std::string, std::string>> match_path(
    const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path
) {
    std::map<std::string, std::string> parameters;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_greedy(pattern[i])) {
            if (i >= path.size()) {
                return std::nullopt;
            }
            std::string rest;
            for (std::size_t at = i; at < path.size(); ++at) {
                rest.append(at == i ? "" : "/").append(path[at]);
            }
            parameters[name_of(pattern[i])] = rest;
            return parameters;
        }
        if (i >= path.size()) {
            return std::nullopt;
        }
        if (is_parameter(pattern[i])) {
            parameters[name_of(pattern[i])] = path[i];
        } else if (decoded(pattern[i]) != decoded(path[i])) {
            return std::nullopt;
        }
    }
    return pattern.size() == path.size() ? std::optional(parameters) : std::nullopt;
}

bool is_path_pattern(std::string_view path) {
    if (!path.starts_with('/')) {
        return false;
    }
    std::set<std::string> names;
    const auto segments = segments_of(path);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::string_view segment = segments[i];
        const bool has_brace = segment.find_first_of("{}") != std::string_view::npos;
        if (segment.empty() || (has_brace && !is_parameter(segment)) ||
            (is_greedy(segment) && i + 1 < segments.size())) {
            return false;
        }
        if (is_parameter(segment)) {
            const std::string name = name_of(segment);
            if (name.find_first_of("{}+") != std::string::npos || !names.insert(name).second) {
                return false;
            }
        }
    }
    return true;
}

constexpr char kSameMethod = 'x';
constexpr char kAnyMethod = 'y';
constexpr char kOtherMethod = 'z';

char method_rank(std::string_view wanted, std::string_view method) {
    if (wanted == method) {
        return kSameMethod;
    }
    return wanted == "ANY" ? kAnyMethod : kOtherMethod;
}

// A route whose path matches, and how specific it is: by its path, then by its method.
struct Candidate {
    RouteMatch match;
    std::string rank;
    bool has_method() const { return !rank.empty() && rank.back() != kOtherMethod; }
};

std::optional<Candidate> candidate_of(
    const ApiRoute& route, std::string_view method, const std::vector<std::string_view>& segments
) {
    const std::string_view key = route.key;
    const std::string_view wanted = key.substr(0, key.find(' '));
    const auto pattern = segments_of(key.substr(wanted.size() + 1));
    auto parameters = match_path(pattern, segments);
    if (!parameters) {
        return std::nullopt;
    }
    Candidate found;
    found.match = RouteMatch{&route, std::move(*parameters)};
    found.rank = rank_of(pattern) + method_rank(wanted, method);
    return found;
}

// Of a path that begins with '/'.
std::string_view first_segment(std::string_view path) {
    return path.substr(1, path.substr(1).find('/'));
}

}  // namespace

bool is_route_key(std::string_view key) {
    if (key == kDefaultKey) {
        return true;
    }
    const std::size_t space = std::min(key.find(' '), key.size());
    const std::string_view method = key.substr(0, space);
    return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end() &&
           space < key.size() && is_path_pattern(key.substr(space + 1));
}

std::optional<RouteMatch> match_route(
    const ApiRoutes& routes, std::string_view method, std::string_view path
) {
    if (!is_request_method(method)) {
        return std::nullopt;
    }
    const auto segments = segments_of(path);
    std::optional<Candidate> best;
    for (const auto& [id, route] : routes.routes) {
        if (route.key == kDefaultKey) {
            if (!best) {
                best = Candidate{RouteMatch{&route, {}}, kDefaultRank};
            }
            continue;
        }
        auto found = candidate_of(route, method, segments);
        if (found && found->has_method() && (!best || found->rank < best->rank)) {
            best = std::move(found);
        }
    }
    if (!best) {
        return std::nullopt;
    }
    for (auto& [name, value] : best->match.parameters) {
        value = decoded(value);
    }
    return std::move(best->match);
}

std::optional<RouteMatch> match_resource(
    const ApiRoutes& routes, std::string_view method, std::string_view path
) {
    if (!is_request_method(method)) {
        return std::nullopt;
    }
    const auto segments = segments_of(path);
    std::optional<Candidate> best;
    for (const auto& [id, route] : routes.routes) {
        auto found = candidate_of(route, method, segments);
        if (found && (!best || found->rank < best->rank)) {
            best = std::move(found);
        }
    }
    return best && best->has_method() ? std::optional(std::move(best->match)) : std::nullopt;
}

std::string judged_path(std::string_view path) {
    std::string judged;
    for (const std::string_view segment : segments_of(path)) {
        judged += '/';
        for (const char c : decoded(segment)) {
            judged += c == '/' ? std::string("%2F") : std::string(1, c);
        }
    }
    return judged.empty() ? "/" : judged;
}

std::optional<StageMatch> match_stage(const HttpApi& api, std::string_view path) {
    const std::string_view first = first_segment(path);
    if (const auto named = api.stages.find(decoded(first));
        named != api.stages.end() && named->first != kDefaultKey) {
        const std::string_view rest = path.substr(first.size() + 1);
        return StageMatch{&named->second, rest.empty() ? "/" : std::string(rest)};
    }
    const auto fallback = api.stages.find(std::string(kDefaultKey));
    if (fallback == api.stages.end()) {
        return std::nullopt;
    }
    return StageMatch{&fallback->second, std::string(path)};
}

std::optional<RestStageMatch> match_stage(const RestApi& api, std::string_view path) {
    const std::string_view first = first_segment(path);
    const auto named = api.stages.find(decoded(first));
    if (named == api.stages.end()) {
        return std::nullopt;
    }
    const std::string_view rest = path.substr(first.size() + 1);
    return RestStageMatch{&named->second, rest.empty() ? "/" : std::string(rest)};
}

}  // namespace lambent::triggers
