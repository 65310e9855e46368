#include "runtime/environment/line_splitter.h"

#include <algorithm>

namespace lambent::runtime {
namespace {

// Where to cut `bytes` so that the first part has at most kLineBytesMax bytes and ends between two
// UTF-8 characters.
std::size_t cut_point(std::string_view bytes) {
    std::size_t cut = LineSplitter::kLineBytesMax;
    for (int back = 0; back < 3 && (static_cast<unsigned char>(bytes[cut]) & 0xC0) == 0x80;
         ++back) {
        --cut;
    }
    return cut;
}

}  // namespace

void LineSplitter::feed(std::string_view bytes) {
    for (;;) {
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            feed_line(bytes);
            return;
        }
        if (unfinished_.empty() && end <= kLineBytesMax) {
            emit(bytes.substr(0, end));  // the usual case, without a copy
        } else {
            feed_line(bytes.substr(0, end));
            emit(unfinished_);
            unfinished_.clear();
        }
        bytes.remove_prefix(end + 1);
    }
}

void LineSplitter::feed_line(std::string_view part) {
    unfinished_ += part;
    while (unfinished_.size() > kLineBytesMax) {
        const std::size_t cut = cut_point(unfinished_);
        emit(std::string_view(unfinished_).substr(0, cut));
        unfinished_.erase(0, cut);
    }
}

void LineSplitter::flush() {
    if (!unfinished_.empty()) {
        emit(unfinished_);
        unfinished_.clear();
    }
}

void LineSplitter::emit(std::string_view line) {
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.find('\r') == std::string_view::npos) {
        sink_(line);
        return;
    }
    std::string broken(line);
    std::replace(broken.begin(), broken.end(), '\r', '\n');
    sink_(broken);
}

}  // namespace lambent::runtime
