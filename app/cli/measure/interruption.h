#pragma once

#include <chrono>

namespace lambent::cli {

// Ctrl-C and SIGTERM as a question that long work asks between its steps, so that it can put things
// back. The second signal ends the program at once. One at a time; the former handlers come back
// with its end.
class Interruption {
  public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    bool happened() const;
    // Sleeps, but wakes up when it happens.
    void wait(std::chrono::milliseconds time) const;
};

}  // namespace lambent::cli
