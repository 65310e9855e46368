#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "scheduler/streamed_invocations.h"

#include <cstdint>
#include <map>
#include <string>

namespace lambent::api::apigateway {

inline constexpr std::uint64_t kApiBodyBytesMax = 10ULL << 20;
inline constexpr std::uint64_t kEventBytesMax = 6'291'456;  // lambda-facts section 2
inline constexpr std::int64_t kAuthorizerTimeMs = 10'000;

// How the doors of APIs let functions answer: whole, and within a time after which the function
// goes on alone, as on AWS. Borrows its ports; event loop's thread only.
class FunctionCalls {
  public:
    FunctionCalls(scheduler::StreamedInvocations& streams, const Clock& clock)
        : streams_(streams), clock_(clock) {}

    struct Outcome {
        enum class Kind {
            kAnswered,
            kFailed,    // the function did, or answered too much
            kRejected,  // it was not begun: there is no such function
            kBusy,      // it was not begun: throttled, or no room
            kLate,
        } kind = Kind::kFailed;
        std::string payload;  // its answer, or its error's document
    };
    Task<Outcome> invoke(std::string function, std::string payload, std::int64_t time_max_ms);

  private:
    scheduler::StreamedInvocations& streams_;
    const Clock& clock_;
};

// "${stageVariables.name}" becomes what the stage says; what it does not say becomes nothing.
std::string with_variables(std::string text, const std::map<std::string, std::string>& variables);

}  // namespace lambent::api::apigateway
