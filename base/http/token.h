#pragma once

#include <algorithm>
#include <string_view>

namespace lambent::http {

// Of which names of fields consist (RFC 9110, 5.6.2).
inline bool is_token_char(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
}

// Whether it can be the name of a field.
inline bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

}  // namespace lambent::http
