#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace lambent::triggers {

// The four or sixteen bytes of an address as it is written; nothing for anything else.
std::optional<std::string> ip_address(const std::string& text);

// The addresses that "10.0.0.0/24" means: from the one that is named to the last of its block.
class IpRange {
  public:
    static Result<IpRange> parse(const std::string& text);

    bool contains(const std::string& text) const;

  private:
    std::string first_;
    std::string last_;
};

}  // namespace lambent::triggers
