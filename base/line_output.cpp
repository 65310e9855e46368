#include "base/line_output.h"

#include "base/time_format.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>

namespace lambent {
namespace {

std::string notice_of(std::uint64_t lost) {
    return "{\"time\":\"" + iso8601_ms(std::chrono::system_clock::now()) +
           "\",\"level\":\"warn\",\"event\":\"log_lines_lost\",\"count\":" + std::to_string(lost) +
           "}\n";
}

// The same pipe or terminal in a mode of our own. Nothing for files, which do not keep a writer
// waiting and whose end two modes would have each for itself; for sockets, which cannot be opened;
// and where /proc or rights are wanting.
UniqueFd reopened(int descriptor) {
    struct stat about {};
    if (::fstat(descriptor, &about) != 0 || !(S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode))) {
        return {};
    }
    const std::string name = "/proc/self/fd/" + std::to_string(descriptor);
    return UniqueFd(::open(name.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

}  // namespace

LineOutput::LineOutput(int descriptor)
    : own_(reopened(descriptor)), descriptor_(own_ ? own_.get() : descriptor) {}

void LineOutput::write(std::string_view line) {
    const std::scoped_lock lock(mutex_);
    if (lost_ > 0 || is_torn_) {
        std::string before = is_torn_ ? "\n" : "";
        before += lost_ > 0 ? notice_of(lost_) : "";
        if (const Put done = put(before); done != Put::kAll) {
            is_torn_ = is_torn_ || done == Put::kPart;
            ++lost_;
            return;
        }
        lost_ = 0;
        is_torn_ = false;
    }
    const Put done = put(line);
    is_torn_ = done == Put::kPart;
    lost_ += done == Put::kAll ? 0 : 1;
}

// A pipe that has room takes PIPE_BUF bytes without a wait, if nobody else fills it meanwhile; more
// at once could wait. In a mode of our own nothing does: no room is EAGAIN.
LineOutput::Put LineOutput::put(std::string_view text) {
    Put done = Put::kNothing;
    while (!text.empty()) {
        if (!has_room()) {
            return done;
        }
        const std::size_t piece = std::min<std::size_t>(text.size(), PIPE_BUF);
        const ssize_t written = ::write(descriptor_, text.data(), piece);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return done;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
        done = Put::kPart;
    }
    return Put::kAll;
}

// None when its reader is gone either: writing would be answered with a signal.
bool LineOutput::has_room() const {
    pollfd writable{descriptor_, POLLOUT, 0};
    return ::poll(&writable, 1, 0) == 1 &&
           (writable.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0 &&
           (writable.revents & POLLOUT) != 0;
}

}  // namespace lambent
