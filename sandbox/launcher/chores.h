#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>

namespace lambent::sandbox {

// Somebody waits for it now; it is made ahead for somebody who comes later.
enum class Urgency { kAwaited, kAhead };

// Work that takes the kernel a millisecond: the launcher does one piece between two looks at its
// socket, so that a claim never waits for more than one. In the order of arrival, the awaited
// pieces first.
class Chores {
  public:
    using Work = std::function<void()>;

    void add(Urgency urgency, Work work);
    // Does the next one; false when there is none.
    bool do_one();
    bool empty() const;
    void clear();

  private:
    std::array<std::deque<Work>, 2> waiting_;
};

}  // namespace lambent::sandbox
