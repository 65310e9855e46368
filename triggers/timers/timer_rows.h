#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/timers/timetable.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// The table of timers that still tick, inside one transaction. A timer is named by what it belongs
// to ("schedule", "rule") and the name it has there.
struct TimerRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    struct Timer {
        std::string kind;
        std::string name;
        TimerPlan plan;
        Tick pending;  // what comes next
    };

    // In the place of what had its name.
    Result<void> put(const Timer& timer);
    Result<void> advance(const std::string& kind, const std::string& name, const Tick& pending);
    // Whether there is one or not.
    Result<void> remove(const std::string& kind, const std::string& name);

    Result<std::optional<Timer>> find(const std::string& kind, const std::string& name);
    // The first `count_max` that are due by then.
    Result<std::vector<Timer>> due(std::int64_t now_ms, std::size_t count_max);
    Result<std::optional<std::int64_t>> first_due_ms();
};

}  // namespace lambent::triggers
