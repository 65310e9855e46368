#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "scheduler/billing_meter.h"
#include "scheduler/config.h"
#include "scheduler/fleet.h"
#include "scheduler/invocation.h"
#include "scheduler/record_store.h"
#include "scheduler/report_lines.h"

#include <chrono>
#include <string>

namespace lambent::scheduler {

// One admitted invocation from its lease to its record: repeats a failed init, delivers the event,
// writes the platform's log lines, meters. Lives in the frame of Scheduler::invoke.
class InvocationRun {
  public:
    struct Context {
        Fleet& fleet;
        RecordStore& records;
        const Clock& clock;
        BillingMeter meter;
        std::size_t log_tail_bytes;
    };
    struct Waits {
        std::chrono::microseconds admission{0};
        std::chrono::microseconds for_environment{0};
    };

    InvocationRun(Context& context, Invocation invocation, EnvironmentLease lease, Waits waits);

    // An Error means that the platform failed; it is recorded too.
    Task<Result<InvocationResult>> run();

  private:
    void open_record(Waits waits);
    void add_boot_phases(const runtime::InitOutcome& init);
    Task<Result<runtime::InvokeOutcome>> repeat_init();
    Task<Result<runtime::InvokeOutcome>> deliver();
    std::chrono::microseconds elapsed() const;
    EnvironmentFate close_record(const Result<runtime::InvokeOutcome>& outcome);
    InvocationResult finish(Result<runtime::InvokeOutcome> outcome, EnvironmentFate fate);

    Context& context_;
    Invocation invocation_;
    EnvironmentLease lease_;
    InvocationRecord record_;
    SteadyTime began_;
    SteadyTime deadline_;
    std::chrono::microseconds suppressed_init_{0};
    std::uint64_t event_bytes_ = 0;
    bool was_frozen_ = false;
};

}  // namespace lambent::scheduler
