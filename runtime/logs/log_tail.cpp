#include "runtime/logs/log_tail.h"

#include <utility>

namespace lambent::runtime {

void LogTail::begin(std::size_t bytes) {
    bytes_max_ = bytes;
    kept_.clear();
}

void LogTail::add(std::string_view line) {
    if (bytes_max_ == 0) {
        return;
    }
    if (line.size() > bytes_max_) {
        line.remove_prefix(line.size() - bytes_max_);
    }
    kept_ += line;
    kept_ += '\n';
    // Trimmed only when it has doubled, so that many short lines cost no more than their bytes.
    if (kept_.size() > 2 * bytes_max_) {
        kept_.erase(0, kept_.size() - bytes_max_);
    }
}

std::string LogTail::take() {
    std::string tail = std::exchange(kept_, {});
    if (tail.size() > bytes_max_) {
        tail.erase(0, tail.size() - bytes_max_);
    }
    bytes_max_ = 0;
    return tail;
}

}  // namespace lambent::runtime
