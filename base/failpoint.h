#pragma once

#include <atomic>
#include <functional>
#include <string_view>

namespace lambent {

// Called at each failpoint that is passed, with its name, on whatever thread passes it.
using FailpointHandler = std::function<void(std::string_view name)>;

namespace detail {
extern std::atomic<const FailpointHandler*> failpoint_handler;
}

// A named place at which a test interferes: ends the process, cuts the power, fails the disk. Costs
// one load where nothing is armed, which is everywhere but in tests.
inline void failpoint(std::string_view name) {
    if (const auto* handler = detail::failpoint_handler.load(std::memory_order_acquire)) {
        (*handler)(name);
    }
}

// Has `handler` called while this lives; one at a time, and longer than the threads that pass
// failpoints.
class ArmedFailpoints {
  public:
    explicit ArmedFailpoints(FailpointHandler handler);
    ~ArmedFailpoints();
    ArmedFailpoints(const ArmedFailpoints&) = delete;
    ArmedFailpoints& operator=(const ArmedFailpoints&) = delete;

  private:
    const FailpointHandler handler_;
};

// Where LAMBENT_FAILPOINT says "name" or "name@3": the process ends there at once, as if killed,
// when it passes for the first, or third, time.
void arm_failpoint_of_environment();

}  // namespace lambent
