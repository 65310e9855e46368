#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace lambent::runtime {

// Makes log events of a byte stream: one per line, a longer line in pieces of at most 256 KiB. A
// carriage return inside a line is a line break within one event: so the managed runtimes, like
// Lambda's, keep a traceback together. Holds at most one piece.
class LineSplitter {
  public:
    static constexpr std::size_t kLineBytesMax = 256 * 1024;
    using Sink = std::function<void(std::string_view line)>;

    explicit LineSplitter(Sink sink) : sink_(std::move(sink)) {}

    void feed(std::string_view bytes);
    // Ends the line that is unfinished, if one is.
    void flush();

  private:
    void feed_line(std::string_view part);
    void emit(std::string_view line);

    Sink sink_;
    std::string unfinished_;
};

}  // namespace lambent::runtime
