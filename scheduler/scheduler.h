#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "runtime/environment/environment.h"
#include "runtime/logs/log_store.h"
#include "scheduler/config.h"
#include "scheduler/find_function.h"
#include "scheduler/invocation.h"
#include "scheduler/rate_card.h"
#include "scheduler/record_store.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::scheduler {

// One environment as `lambent ps` shows it.
struct EnvironmentInfo {
    enum class State { kStarting, kIdle, kBusy };
    std::string function;
    std::string version;
    std::string revision_id;
    State state = State::kIdle;
    std::uint32_t memory_mb = 0;
    std::chrono::milliseconds age{0};
    std::chrono::milliseconds idle{0};  // zero unless idle
    std::uint64_t invocations = 0;
    std::string log_stream;
    bool frozen = false;
    bool provisioned = false;
};

// Numbers since the start of the daemon.
struct SchedulerCounters {
    std::uint64_t invocations = 0;  // admitted
    std::uint64_t cold_starts = 0;
    std::uint64_t errors = 0;  // whatever the guest did wrong
    std::uint64_t throttles = 0;
};

// Runs invocations: admits them, finds or boots an environment, writes START, END and REPORT,
// meters and records, and keeps environments warm. An invocation that was dispatched runs to its
// end even if its caller goes away. Everything it is given is borrowed and outlives it. Event
// loop's thread only; `stop` is awaited before it is destroyed.
class Scheduler final : public Invoker {
  public:
    struct Ports {
        FindFunction find_function;
        runtime::EnvironmentFactory& environments;
        runtime::LogStore& logs;
        RecordStore& records;
        const Clock& clock;
    };
    Scheduler(
        boost::asio::any_io_executor executor,
        Ports ports,
        SchedulerConfig config,
        const RateCard& rate_card,
        Logger log
    );
    ~Scheduler() override;

    Task<Result<InvocationResult>> invoke(Invocation invocation) override;

    // After a function was updated, or it or a version of it ("name:3") deleted, before that is
    // acknowledged: environments of other revisions close as soon as they are idle, and no call
    // that begins later gets one.
    void retire(const std::string& function);
    // The function's reserved concurrency from now on; nothing: it has none.
    void reserve(const std::string& function, std::optional<std::uint32_t> slots);
    // Provisioned concurrency of a version ("name:3") from now on; 0: it has none.
    void provision(const std::string& function, const std::string& version, std::uint32_t slots);
    struct ProvisionState {
        std::uint32_t ready = 0;  // environments
        std::uint32_t in_use = 0;
        bool has_failed = false;    // the last boot did
        bool lacks_memory = false;  // there is not enough for all that is provisioned
    };
    ProvisionState provisioned(const std::string& version) const;
    // The most calls at once on a version's provisioned environments since this was asked last.
    std::uint32_t take_provisioned_peak(const std::string& version);
    // Closes the idle environments of all versions of a function, or of one; how many.
    std::size_t evict(const std::string& function);
    std::vector<EnvironmentInfo> environments() const;
    const SchedulerCounters& counters() const;

    // Does what is due by the clock; a timer calls it. For tests that move the clock by hand.
    void tick();
    // When tick next has something to do.
    std::optional<SteadyTime> next_due() const;

    // Admits nothing more, lets running invocations end until `drain` has passed, then cuts them
    // (their callers get kUnavailable), and closes every environment.
    Task<> stop(std::chrono::milliseconds drain);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::scheduler
