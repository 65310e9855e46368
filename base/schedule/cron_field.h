#pragma once

#include "base/result.h"

#include <bitset>
#include <optional>
#include <string_view>

namespace lambent {

// Which numbers a field of a cron expression may be, and what they are called.
struct CronFieldRule {
    std::string_view name;
    int min = 0;
    int max = 0;
    std::string_view words;  // three letters each, the first for `min`: "JANFEB…"
};

// The numbers that a field allows. `*`, `5`, `1-5`, `*/15`, `10/5`, `MON-FRI`, and lists of these.
class CronField {
  public:
    static constexpr std::size_t kNumbersMax = 2'200;

    static Result<CronField> parse(std::string_view text, const CronFieldRule& rule);
    // One number or word of the rule, if it is that.
    static std::optional<int> number(std::string_view text, const CronFieldRule& rule);

    bool has(int number) const { return numbers_[static_cast<std::size_t>(number)]; }
    // The first allowed number from `least` on.
    std::optional<int> first_from(int least) const;

  private:
    Result<void> add(std::string_view item, const CronFieldRule& rule);

    std::bitset<kNumbersMax> numbers_;
    int max_ = 0;
};

Error cron_error(std::string_view field, std::string_view text);

}  // namespace lambent
