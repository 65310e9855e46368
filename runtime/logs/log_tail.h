#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lambent::runtime {

// The last bytes of what was written since the capture began, each line with its newline. Off until
// begun, and then free.
class LogTail {
  public:
    void begin(std::size_t bytes);
    void add(std::string_view line);
    std::string take();  // ends the capture

  private:
    std::size_t bytes_max_ = 0;
    std::string kept_;
};

}  // namespace lambent::runtime
