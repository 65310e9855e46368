#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::lab {

// The comma-separated cells of a line, one after the other; none of the published traces quotes.
class Cells {
  public:
    explicit Cells(std::string_view line);

    // The next cell, or nothing after the last.
    std::optional<std::string_view> next();

  private:
    std::string_view rest_;
    bool done_ = false;
};

// Whole and finite numbers only; nothing for anything else.
std::optional<std::uint32_t> count_of(std::string_view cell);
std::optional<double> number_of(std::string_view cell);

// Where columns stand in a header line; kInvalidArgument names the first that is missing.
Result<std::vector<std::size_t>> columns_of(
    std::string_view header, const std::vector<std::string_view>& names
);

// The cells of those columns, in the order asked for; nothing when the line is too short.
std::optional<std::vector<std::string_view>> pick(
    std::string_view line, const std::vector<std::size_t>& columns
);

}  // namespace lambent::lab
