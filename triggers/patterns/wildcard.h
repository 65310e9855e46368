#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// A text in which each `*` stands for any bytes, `\*` for the asterisk and `\\` for the backslash.
class Wildcard {
  public:
    static Result<Wildcard> parse(std::string_view text);

    // In steps no more than the product of both lengths.
    bool matches(std::string_view text) const;

  private:
    std::vector<std::string> pieces_;  // between the asterisks; at least one
};

}  // namespace lambent::triggers
