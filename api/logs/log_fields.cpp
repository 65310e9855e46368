#include "api/logs/log_fields.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace lambent::api::logs {

namespace {

constexpr std::size_t kGroupNameMax = 512;
constexpr std::size_t kIdentifierMax = 2'048;

bool is_group_name(std::string_view name) {
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("._-/#").find(c) != std::string_view::npos;
    };
    return std::all_of(name.begin(), name.end(), fits);
}

// "arn:aws:logs:<region>:<account>:log-group:<name>", maybe with ":*" behind it.
std::string name_of(std::string identifier) {
    constexpr std::string_view kMark = ":log-group:";
    const auto mark = identifier.find(kMark);
    if (!identifier.starts_with("arn:") || mark == std::string::npos) {
        return identifier;
    }
    std::string name = identifier.substr(mark + kMark.size());
    if (name.ends_with(":*")) {
        name.resize(name.size() - 2);
    }
    return name;
}

}  // namespace

std::string read_group(JsonFields& fields, Constraints& constraints) {
    std::optional<std::string> given = fields.text("logGroupName");
    if (!given) {
        if (auto identifier = fields.text("logGroupIdentifier")) {
            constraints.length("logGroupIdentifier", *identifier, 1, kIdentifierMax);
            given = name_of(std::move(*identifier));
        }
    }
    if (!given) {
        constraints.must_not_be_null("logGroupName");
        return {};
    }
    constraints.length("logGroupName", *given, 1, kGroupNameMax);
    constraints.pattern("logGroupName", *given, is_group_name(*given), "[\\.\\-_/#A-Za-z0-9]+");
    return std::move(*given);
}

std::size_t read_limit(JsonFields& fields, Constraints& constraints, std::int64_t max) {
    const auto limit = fields.number("limit");
    if (!limit) {
        return static_cast<std::size_t>(max);
    }
    constraints.range("limit", *limit, 1, max);
    return static_cast<std::size_t>(std::clamp(*limit, std::int64_t{1}, max));
}

std::optional<std::uint64_t> read_token(std::string_view token, std::string_view kind) {
    if (!token.starts_with(kind) || token.size() <= kind.size() + 1 || token[kind.size()] != '/') {
        return std::nullopt;
    }
    token.remove_prefix(kind.size() + 1);
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(token.data(), token.data() + token.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != token.data() + token.size()) {
        return std::nullopt;
    }
    return number;
}

std::string make_token(std::string_view kind, std::uint64_t number) {
    return std::string(kind) + "/" + std::to_string(number);
}

}  // namespace lambent::api::logs
