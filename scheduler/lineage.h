#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::scheduler {

// How often one function may be invoked as a consequence of the same event; Lambda stops it then
// (lambda-facts section 3).
inline constexpr std::uint32_t kChainInvocationsMax = 16;

inline constexpr char kRecursionMessage[] =
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web "
    "Services resources and stopped your function's invocation.";

struct TraceStep {
    std::string header;             // for the function, and through it for what it sets off
    std::uint32_t invocations = 0;  // of this function in this chain, the one that begins included
    bool is_loop() const { return invocations > kChainInvocationsMax; }
};

// The next invocation of a function, in a chain of events that is known by its X-Amzn-Trace-Id:
// "Root=1-…;Parent=…;Sampled=0;Lineage=1:<function>:<times before>|…". SDKs inside functions hand
// the header on. Pure; a lineage that cannot be read counts as none.
TraceStep step_into(std::string_view header, std::string_view function_arn);

// The X-Amzn-Trace-Id with which a function ("name:qualifier") goes on with a chain; nothing when
// that would be the loop that Lambda stops. What sources of events ask before they invoke.
using NextInChain = std::function<
    std::optional<std::string>(const std::string& header, const std::string& function)>;

}  // namespace lambent::scheduler
