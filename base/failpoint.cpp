#include "base/failpoint.h"

#include "base/result.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

namespace lambent {

namespace detail {
std::atomic<const FailpointHandler*> failpoint_handler{nullptr};
}

ArmedFailpoints::ArmedFailpoints(FailpointHandler handler) : handler_(std::move(handler)) {
    LAMBENT_ASSERT(detail::failpoint_handler.exchange(&handler_) == nullptr);
}

ArmedFailpoints::~ArmedFailpoints() {
    detail::failpoint_handler.store(nullptr);
}

void arm_failpoint_of_environment() {
    constexpr int kKilled = 137;
    const char* const wish = std::getenv("LAMBENT_FAILPOINT");
    if (wish == nullptr) {
        return;
    }
    const std::string text = wish;
    const auto at = text.find('@');
    const std::uint64_t wanted =
        at == std::string::npos ? 1 : std::strtoull(text.c_str() + at + 1, nullptr, 10);
    // Lives as long as the process.
    static std::atomic<std::uint64_t> passed{0};
    static const ArmedFailpoints armed([name = text.substr(0, at), wanted](std::string_view here) {
        if (here == name && ++passed == wanted) {
            ::_exit(kKilled);
        }
    });
}

}  // namespace lambent
