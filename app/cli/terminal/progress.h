#pragma once

#include "app/cli/terminal/style.h"

#include <chrono>
#include <string>

namespace lambent::cli {

// One line on stderr that says what long work is doing now; it is rewritten in place and gone when
// the work ends. Silent unless stderr is a terminal, so that logs and pipes stay clean.
class Progress {
  public:
    Progress();
    // For callers that must stay silent (--json, tests).
    static Progress silent();
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    Progress(Progress&& other) noexcept;
    Progress& operator=(Progress&&) = delete;

    void say(const std::string& what);
    // The same with a bar: "  photographs  ████░░░░  7/12".
    void count(const std::string& what, std::size_t done, std::size_t all);
    // Takes the line away, before anything else is printed.
    void clear();

  private:
    enum class Voice { kSilent, kSpeaking };
    explicit Progress(Voice voice);

    Voice voice_;
    Style style_;
    bool shown_ = false;
};

}  // namespace lambent::cli
