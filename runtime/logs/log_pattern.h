#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::runtime {

// A CloudWatch filter pattern of the plain kind: every term must be in the message, no "-term" may
// be, and of "?term"s one suffices. Terms with other than letters and digits stand in double quotes
// ("exit status", with \" inside). Case counts. JSON, column and regular expression patterns are
// refused rather than misread. Immutable; any thread.
class LogPattern {
  public:
    // kInvalidArgument, subject "pattern".
    static Result<LogPattern> parse(std::string_view text);

    bool matches(std::string_view message) const;

  private:
    std::vector<std::string> all_;
    std::vector<std::string> none_;
    std::vector<std::string> any_;
};

}  // namespace lambent::runtime
