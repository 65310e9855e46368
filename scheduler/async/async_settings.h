#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lambent::scheduler {

// What its owner wants of asynchronous invocations of one function, version or alias.
struct EventInvokeConfig {
    static constexpr std::uint32_t kRetriesMax = 2;  // lambda-facts section 3
    static constexpr std::uint32_t kAgeMaxS = 21'600;

    std::string function;
    std::string qualifier;  // "$LATEST", a version's number or an alias's name
    std::optional<std::uint32_t> retries_max;
    std::optional<std::uint32_t> age_max_s;
    std::string on_success;  // ARN of what is told; empty: nothing
    std::string on_failure;
    std::int64_t modified_ms = 0;
};

// How asynchronous events are retried, who hears of their ends, and which functions may run in a
// loop: on disk before it is acknowledged, in memory for who asks. Owned by the composition root;
// event loop's thread only.
class AsyncSettings {
  public:
    AsyncSettings(sql::Driver& driver, const Clock& clock) : driver_(driver), clock_(clock) {}

    static std::vector<sql::Migration> migrations();
    // Once, at start. What belongs to no function any more is removed.
    Task<Result<void>> load(std::function<bool(const std::string& function)> exists);

    // In place of what there was. Fills modified_ms.
    Task<Result<EventInvokeConfig>> put(EventInvokeConfig wanted);
    Task<Result<void>> remove(std::string function, std::string qualifier);  // also when none is
    std::optional<EventInvokeConfig> find(const std::string& function, const std::string& qualifier)
        const;
    std::vector<EventInvokeConfig> list(const std::string& function) const;  // by qualifier
    // What holds for events of "name", "name:3" or "name:alias".
    EventInvokeConfig of_reference(const std::string& reference) const;

    enum class Loops { kTerminate, kAllow };
    Task<Result<void>> set_loops(std::string function, Loops wanted);
    Loops loops(const std::string& function) const;

    Task<Result<void>> forget(std::string function);  // it was deleted

  private:
    using Key = std::pair<std::string, std::string>;  // function and qualifier

    sql::Driver& driver_;
    const Clock& clock_;
    std::map<Key, EventInvokeConfig> configs_;
    std::set<std::string> looping_;  // functions that may
};

// "name" and "$LATEST", "3" or "alias" of what Invocation::function names.
std::pair<std::string, std::string> function_and_qualifier(const std::string& reference);

}  // namespace lambent::scheduler
