#include "base/http/uri.h"

#include "base/http/hex_digit.h"

#include <algorithm>

namespace lambent::http {
namespace {

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

enum class Plus { kKeep, kSpace };

Result<std::string> decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return Error(Code::kInvalidArgument, "uri", "a % is not followed by two digits");
            }
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus == Plus::kSpace) {
            c = ' ';
        }
        if (c == '\0') {
            return Error(Code::kInvalidArgument, "uri", "the address has a NUL byte");
        }
        out += c;
    }
    return out;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
    return decode(text, Plus::kKeep);
}

std::string percent_encode(std::string_view text, Slash slash) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        if (is_unreserved(c) || (c == '/' && slash == Slash::kKeep)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xFU];
    }
    return out;
}

Result<QueryItems> parse_query(std::string_view query) {
    QueryItems items;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view item = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (item.empty()) {
            continue;
        }
        const std::size_t equals = std::min(item.find('='), item.size());
        LAMBENT_TRY(std::string name, decode(item.substr(0, equals), Plus::kSpace));
        LAMBENT_TRY(
            std::string value, decode(item.substr(std::min(equals + 1, item.size())), Plus::kSpace)
        );
        items.emplace_back(std::move(name), std::move(value));
    }
    return items;
}

std::optional<std::string_view> find_item(const QueryItems& items, std::string_view name) {
    for (const auto& [key, value] : items) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace lambent::http
