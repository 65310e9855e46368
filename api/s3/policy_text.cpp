#include "api/s3/policy_text.h"

#include <cctype>

namespace lambent::api::s3 {
namespace {

bool same_letter(char a, char b, LetterCase letter_case) {
    if (letter_case == LetterCase::kMatters) {
        return a == b;
    }
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text, LetterCase letter_case) {
    std::size_t at = 0;
    std::size_t in_text = 0;
    std::size_t star = std::string_view::npos;
    std::size_t star_text = 0;
    while (in_text < text.size()) {
        const bool fits =
            at < pattern.size() &&
            (pattern[at] == '?' || same_letter(pattern[at], text[in_text], letter_case));
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            star_text = in_text;
        } else if (fits) {
            ++at;
            ++in_text;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in_text = ++star_text;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*') {
        ++at;
    }
    return at == pattern.size();
}

}  // namespace lambent::api::s3
