#pragma once

#include "base/unique_fd.h"

#include <cstdint>
#include <mutex>
#include <string_view>

namespace lambent {

// Lines to a descriptor that somebody else reads, if he does: a pipe whose reader has stopped, or a
// terminal that is held, takes no more, and whoever logs must not wait for it. Lines that find no
// room are left out, and counted in a line of their own once there is room again ("log_lines_lost",
// "count"). The descriptor is borrowed, and stays in its mode, since other processes have it too;
// a pipe or terminal is opened once more, if it can be, so that no write waits. Any thread.
class LineOutput {
  public:
    explicit LineOutput(int descriptor);

    // With its newline.
    void write(std::string_view line);

  private:
    enum class Put { kAll, kNothing, kPart };
    Put put(std::string_view text);
    bool has_room() const;

    const UniqueFd own_;  // none: the borrowed one it is
    const int descriptor_;
    std::mutex mutex_;  // of the descriptor and of what follows
    std::uint64_t lost_ = 0;
    bool is_torn_ = false;  // the last line has no end
};

}  // namespace lambent
