#include "app/cli/terminal/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace lambent::cli {

Progress::Progress() : Progress(is_terminal(STDERR_FILENO) ? Voice::kSpeaking : Voice::kSilent) {}

Progress::Progress(Voice voice) : voice_(voice), style_(Style::detect(STDERR_FILENO)) {}

Progress::Progress(Progress&& other) noexcept
    : voice_(other.voice_), style_(other.style_), shown_(other.shown_) {
    other.shown_ = false;
}

Progress Progress::silent() {
    return Progress(Voice::kSilent);
}

void Progress::say(const std::string& what) {
    if (voice_ == Voice::kSilent) {
        return;
    }
    const std::string line = shorten(what, style_.columns() - 4);
    std::cerr << "\r\x1b[K  " << style_.paint(Paint::kDim, line) << std::flush;
    shown_ = true;
}

void Progress::count(const std::string& what, std::size_t done, std::size_t all) {
    constexpr int kBar = 24;
    const int full = all == 0 ? 0 : static_cast<int>(kBar * std::min(done, all) / all);
    say(what + "  " + repeat(style_.pick("█", "#"), full) +
        repeat(style_.pick("░", "."), kBar - full) + "  " + std::to_string(done) + "/" +
        std::to_string(all));
}

void Progress::clear() {
    if (shown_) {
        std::cerr << "\r\x1b[K" << std::flush;
        shown_ = false;
    }
}

}  // namespace lambent::cli
