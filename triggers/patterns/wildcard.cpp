#include "triggers/patterns/wildcard.h"

#include "triggers/patterns/value_test.h"

namespace lambent::triggers {

// Positions in messages count the quotation mark before the text, as EventBridge does.
Result<Wildcard> Wildcard::parse(std::string_view text) {
    Wildcard wildcard;
    wildcard.pieces_.emplace_back();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '*') {
            if (i + 1 < text.size() && text[i + 1] == '*') {
                return pattern_fault(
                    "Consecutive wildcard characters at pos " + std::to_string(i + 1)
                );
            }
            wildcard.pieces_.emplace_back();
            continue;
        }
        if (text[i] == '\\') {
            const bool escapes = i + 1 < text.size() && (text[i + 1] == '*' || text[i + 1] == '\\');
            if (!escapes) {
                return pattern_fault("Invalid escape character at pos " + std::to_string(i + 1));
            }
            ++i;
        }
        wildcard.pieces_.back() += text[i];
    }
    return wildcard;
}

bool Wildcard::matches(std::string_view text) const {
    const std::string& first = pieces_.front();
    const std::string& last = pieces_.back();
    if (pieces_.size() == 1) {
        return text == first;
    }
    if (text.size() < first.size() + last.size() || !text.starts_with(first) ||
        !text.ends_with(last)) {
        return false;
    }
    text.remove_prefix(first.size());
    text.remove_suffix(last.size());
    // The leftmost place of each piece leaves the most room for those that follow.
    for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
        const std::size_t found = text.find(pieces_[i]);
        if (found == std::string_view::npos) {
            return false;
        }
        text.remove_prefix(found + pieces_[i].size());
    }
    return true;
}

}  // namespace lambent::triggers
