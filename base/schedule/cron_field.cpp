#include "base/schedule/cron_field.h"

#include <boost/beast/core/string.hpp>

#include <charconv>
#include <string>
#include <utility>

namespace lambent {
namespace {

constexpr std::size_t kLetters = 3;

std::optional<int> plain_number(std::string_view text) {
    int number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = failed == std::errc() && end == text.data() + text.size();
    return is_whole && text.front() != '-' ? std::optional(number) : std::nullopt;
}

bool same_letters(std::string_view a, std::string_view b) {
    return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

// "a-b" in two; a text without '-' twice.
std::pair<std::string_view, std::string_view> ends_of(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) {
        return {text, text};
    }
    return {text.substr(0, dash), text.substr(dash + 1)};
}

}  // namespace

Error cron_error(std::string_view field, std::string_view text) {
    return Error(
        Code::kInvalidArgument,
        "schedule",
        "The field " + std::string(field) + " of a cron expression cannot be \"" +
            std::string(text) + "\"."
    );
}

std::optional<int> CronField::number(std::string_view text, const CronFieldRule& rule) {
    for (std::size_t at = 0; at < rule.words.size(); at += kLetters) {
        if (same_letters(text, rule.words.substr(at, kLetters))) {
            return rule.min + static_cast<int>(at / kLetters);
        }
    }
    const auto number = plain_number(text);
    return number && *number >= rule.min && *number <= rule.max ? number : std::nullopt;
}

Result<CronField> CronField::parse(std::string_view text, const CronFieldRule& rule) {
    CronField field;
    field.max_ = rule.max;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        LAMBENT_TRY(field.add(text.substr(begin, comma - begin), rule));
        begin = comma + 1;
    }
    return field;
}

// A range whose end lies before its begin goes round: FRI-MON.
Result<void> CronField::add(std::string_view item, const CronFieldRule& rule) {
    const std::size_t slash = item.find('/');
    const std::string_view span = item.substr(0, slash);
    const bool has_step = slash != std::string_view::npos;
    const auto step = has_step ? plain_number(item.substr(slash + 1)) : std::optional(1);
    std::optional<int> first = rule.min;
    std::optional<int> last = rule.max;
    if (span != "*") {
        const auto [begin, end] = ends_of(span);
        first = number(begin, rule);
        last = has_step && begin.data() == end.data() ? std::optional(rule.max) : number(end, rule);
    }
    if (!first || !last || !step || *step < 1) {
        return cron_error(rule.name, item);
    }
    const int count = rule.max - rule.min + 1;
    const int length = *last >= *first ? *last - *first : *last - *first + count;
    for (int offset = 0; offset <= length; offset += *step) {
        const int number = rule.min + (*first - rule.min + offset) % count;
        numbers_.set(static_cast<std::size_t>(number));
    }
    return {};
}

std::optional<int> CronField::first_from(int least) const {
    for (int number = least; number <= max_; ++number) {
        if (has(number)) {
            return number;
        }
    }
    return std::nullopt;
}

}  // namespace lambent
