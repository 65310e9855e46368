#pragma once

#include "runtime/environment/frame.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace lambent::runtime {

// Cuts what a guest sends into frames, however the bytes arrive. Owns the memory that is read into,
// so that a small frame needs one read and one copy, and a large payload no copy at all; memory
// grows with what has come, not with what a head promises. Pure: does no I/O.
class FrameReader {
  public:
    enum class Step {
        kStarved,    // wants more bytes
        kBegun,      // a head and its text are here; the payload may still be on its way
        kWhole,      // all of that frame is here
        kMalformed,  // the guest speaks something else; final
    };

    FrameReader();

    // Where the next bytes go, and how many have come there.
    std::span<char> space();
    void filled(std::size_t bytes);

    // The next thing that happened.
    Step step();

    // From kBegun on, of that frame.
    const FrameHead& head() const { return head_; }
    const std::string& text() const { return text_; }
    void discard() { discarded_ = true; }  // its payload is unwanted
    bool discarded() const { return discarded_; }
    // After kWhole; empty when discarded.
    std::string take_payload();

  private:
    enum class Part { kHead, kText, kPayload };

    std::size_t unread() const { return end_ - begin_; }
    std::string_view take(std::size_t bytes);
    Step take_payload_bytes();

    std::unique_ptr<char[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    Part part_ = Part::kHead;
    FrameHead head_;
    std::string text_;
    std::string payload_;
    std::size_t payload_left_ = 0;
    bool direct_ = false;  // the space that was given out last lies in payload_
    bool discarded_ = false;
};

}  // namespace lambent::runtime
