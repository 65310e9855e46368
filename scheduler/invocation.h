#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "runtime/environment/invoke_outcome.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lambent::scheduler {

class ResponseStream;

enum class LogTail { kNone, kLast4Kb };
// What X-Lambent-Cold and `measure` force. A forced boot takes no stem; when several calls of one
// function wait, another of them may get it: the record says what each got.
enum class StartPreference { kAny, kForceCold, kForceBoot };
enum class Delivery { kSync, kAsync };  // kAsync: an attempt of the async pump

struct Invocation {
    // "name", or with what the caller qualified it: "name:3", "name:alias". Doors resolve ARNs.
    std::string function;
    std::string request_id;
    std::string payload;
    std::string client_context;  // decoded JSON
    std::string trace_id;
    LogTail log_tail = LogTail::kNone;
    StartPreference start = StartPreference::kAny;
    Delivery delivery = Delivery::kSync;
    std::chrono::microseconds queued{0};  // an async event: from due until now
    // Where the response goes while it is written, instead of into the result; shared with its
    // reader. StreamedInvocations sets it.
    std::shared_ptr<ResponseStream> stream;
};

// Where the time of one invocation went; architecture.md's phases, in order, zero where skipped.
struct Phases {
    std::chrono::microseconds queue_wait{0};  // async: due -> dispatched; sync: waiting for a slot
    std::chrono::microseconds admission{0};
    std::chrono::microseconds cell_claim{0};
    std::chrono::microseconds mount_and_limits{0};
    std::chrono::microseconds runtime_boot{0};
    std::chrono::microseconds extension_init{0};
    std::chrono::microseconds function_init{0};
    std::chrono::microseconds handler{0};
    std::chrono::microseconds response_transfer{0};
    std::chrono::microseconds freeze{0};  // thawing it before and freezing it afterwards
};

enum class StartSource { kWarm, kStem, kBoot, kProvisioned };  // what the environment was
std::string_view to_string(StartSource source);         // "warm", "stem", "boot", "provisioned"
StartSource start_source_named(std::string_view name);  // kBoot for any other name

// What one invocation did, took and cost. Exactly one per admitted invocation.
struct InvocationRecord {
    std::string request_id;
    std::string function;
    std::string revision_id;
    std::string log_stream;
    std::int64_t started_ms = 0;  // wall
    StartSource source = StartSource::kWarm;
    Phases phases;
    runtime::OutcomeKind outcome = runtime::OutcomeKind::kSuccess;
    std::string error_type;
    std::chrono::microseconds duration{0};
    std::chrono::microseconds init_duration{0};  // zero when warm or suppressed
    std::int64_t billed_ms = 0;                  // ceil(duration + init)
    std::uint32_t memory_mb = 0;
    std::uint64_t memory_peak_bytes = 0;
    double gb_seconds = 0;
    double cost_usd = 0;
};

struct InvocationResult {
    runtime::InvokeOutcome outcome;
    InvocationRecord record;
    std::string executed_version;
    std::string log_tail;  // raw bytes; the door encodes them
};

// The way into the scheduler. Error: kNotFound (no such function), kThrottled (subject = AWS's
// Reason), or a failing platform; everything a guest does is in the outcome.
class Invoker {
  public:
    virtual ~Invoker() = default;
    virtual Task<Result<InvocationResult>> invoke(Invocation invocation) = 0;
};

}  // namespace lambent::scheduler
