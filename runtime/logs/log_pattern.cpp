#include "runtime/logs/log_pattern.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lambent::runtime {
namespace {

Error invalid(std::string_view text, std::string_view why) {
    return Error(
        Code::kInvalidArgument,
        "pattern",
        "Invalid filter pattern '" + std::string(text) + "': " + std::string(why)
    );
}

void skip_blanks(std::string_view& rest) {
    while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.front())) != 0) {
        rest.remove_prefix(1);
    }
}

std::string take_word(std::string_view& rest) {
    const auto end = std::find_if(rest.begin(), rest.end(), [](unsigned char c) {
        return std::isspace(c) != 0;
    });
    std::string word(rest.begin(), end);
    rest.remove_prefix(word.size());
    return word;
}

// Behind an opening quote up to the closing one; false when there is none.
bool take_phrase(std::string_view& rest, std::string& phrase) {
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '"') {
            return true;
        }
        if (c == '\\' && !rest.empty()) {
            phrase += rest.front();
            rest.remove_prefix(1);
        } else {
            phrase += c;
        }
    }
    return false;
}

bool contains(std::string_view message, const std::string& term) {
    return message.find(term) != std::string_view::npos;
}

}  // namespace

Result<LogPattern> LogPattern::parse(std::string_view text) {
    LogPattern pattern;
    std::string_view rest = text;
    skip_blanks(rest);
    if (!rest.empty() && (rest.front() == '{' || rest.front() == '[' || rest.front() == '%')) {
        return invalid(text, "only plain and quoted terms are supported, with - and ?");
    }
    for (; !rest.empty(); skip_blanks(rest)) {
        std::vector<std::string>* terms = &pattern.all_;
        if (rest.size() > 1 && (rest.front() == '-' || rest.front() == '?')) {
            terms = rest.front() == '-' ? &pattern.none_ : &pattern.any_;
            rest.remove_prefix(1);
        }
        std::string term;
        if (rest.front() == '"') {
            rest.remove_prefix(1);
            if (!take_phrase(rest, term)) {
                return invalid(text, "a quote is not closed");
            }
        } else {
            term = take_word(rest);
        }
        if (!term.empty()) {
            terms->push_back(std::move(term));
        }
    }
    return pattern;
}

bool LogPattern::matches(std::string_view message) const {
    const auto in_message = [message](const std::string& term) {
        return contains(message, term);
    };
    return std::all_of(all_.begin(), all_.end(), in_message) &&
           std::none_of(none_.begin(), none_.end(), in_message) &&
           (any_.empty() || std::any_of(any_.begin(), any_.end(), in_message));
}

}  // namespace lambent::runtime
